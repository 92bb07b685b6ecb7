import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { variables } from '../packages/server/src/config/env.ts'

const root = join(import.meta.dirname, '..')
const deploy = join(root, 'deploy')
const read = (name: string) => readFileSync(join(deploy, name), 'utf8')
const has = (program: string) => spawnSync(program, ['--version']).error === undefined

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'thole-deploy-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('every setting that is named here exists', () => {
  for (const file of readdirSync(deploy)) {
    for (const [name] of read(file).matchAll(/\bTHOLE_[A-Z_]+\b/g)) expect(Object.keys(variables), `${file} names ${name}`).toContain(name)
  }
})

describe('systemd', () => {
  const unit = (name: string) => {
    const sections = new Map<string, Map<string, string[]>>()
    let section = new Map<string, string[]>()
    for (const line of read(name).split('\n')) {
      if (line === '' || line.startsWith('#')) continue
      const [, head] = /^\[(\w+)\]$/.exec(line) ?? []
      const [, key, value] = /^([A-Z]\w*)=(.*)$/.exec(line) ?? []
      expect(head ?? key, `${name}: ${line}`).toBeDefined()
      if (head) sections.set(head, (section = new Map()))
      else section.set(key!, [...(section.get(key!) ?? []), value!])
    }
    return sections
  }

  test('what the units start is there, and they have time to drain', () => {
    for (const name of ['thole.service', 'thole-backup.service']) {
      const service = unit(name).get('Service')!
      const [program = '', script = ''] = service.get('ExecStart')![0]!.split(' ')
      expect(program).toBe('/opt/thole/node_modules/.bin/node')
      expect(existsSync(join(root, script)), script).toBe(true)
      for (const key of ['NoNewPrivileges', 'PrivateTmp', 'ProtectHome']) expect(service.get(key)).toEqual(['yes'])
      expect(service.get('ProtectSystem')).toEqual(['strict'])
      expect(service.get('User')![0]).not.toBe('root')
      // V8 does not start with it.
      expect(service.has('MemoryDenyWriteExecute')).toBe(false)
    }
    const service = unit('thole.service').get('Service')!
    expect(Number(service.get('TimeoutStopSec'))).toBeGreaterThan(Number(/THOLE_DRAIN=(\d+)/.exec(service.get('Environment')![0]!)![1]))
    expect(unit('thole-backup.timer').get('Timer')!.has('OnCalendar')).toBe(true)
  })

  test.runIf(has('systemd-analyze'))('systemd has nothing to say against them', () => {
    const names = readdirSync(deploy).filter((name) => /\.(service|timer)$/.test(name))
    // The programs are not where they will be.
    for (const name of names) writeFileSync(join(folder, name), read(name).replaceAll('/opt/thole/node_modules/.bin/node', process.execPath).replaceAll('/opt/thole', root))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...names.map((name) => join(folder, name))], { encoding: 'utf8' })
    expect({ status, said: stderr.split('\n').filter((line) => /thole/.test(line)) }).toEqual({ status: 0, said: [] })
  })
})

describe('the container', () => {
  const lines = read('Containerfile').replaceAll(/\\\n\s*/g, '').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const words = lines.map((line) => [line.split(' ', 1)[0]!, line.slice(line.indexOf(' ') + 1)] as const)
  const all = (instruction: string) => words.filter(([name]) => name === instruction).map(([, rest]) => rest)
  const last = words.slice(words.findLastIndex(([name]) => name === 'FROM'))

  test('keeps the rules of hadolint that concern it', () => {
    // DL3006, DL3007: images have a tag, and not the latest. DL3048 and others: nothing but known instructions.
    for (const image of all('FROM')) expect(image).toMatch(/^[\w./-]+:\d[\w.-]+( AS \w+)?$/)
    for (const [name] of words) expect(['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'VOLUME', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK', 'CMD']).toContain(name)
    // DL3000: absolute places. DL3020: COPY, not ADD. DL3025: what is started is no shell. DL3004: no sudo. DL3008, DL3009, DL3015: no packages at all.
    for (const place of all('WORKDIR')) expect(place).toMatch(/^\//)
    expect(all('CMD').map((text) => JSON.parse(text))).toEqual([['node', 'packages/server/src/app/main.ts']])
    for (const text of all('RUN')) expect(text).not.toMatch(/sudo|apt-get|curl|wget/)
    // DL3002: not root at the end. DL3044: ENV does not use itself.
    expect(last.filter(([name]) => name === 'USER')).toEqual([['USER', '1000:1000']])
    for (const text of all('ENV')) expect(text).not.toContain('$')
    // DL3057, and one that is JSON.
    expect(all('HEALTHCHECK')).toHaveLength(1)
    expect(JSON.parse(all('HEALTHCHECK')[0]!.split('CMD ')[1]!)).toHaveLength(3)
  })

  test('has what the server needs, of the Node that the lockfile names, and nothing for developers', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    for (const image of all('FROM')) expect(image).toContain(`node:${dependencies.node}-`)
    for (const text of all('RUN').filter((text) => text.includes('npm ci'))) expect(text.match(/npm ci/g)!.length).toBe(text.match(/npm ci --omit=dev --ignore-scripts/g)!.length)
    for (const source of all('COPY').filter((text) => !text.startsWith('--from')).flatMap((text) => text.split(' ').slice(0, -1))) {
      expect(existsSync(join(root, source)), source).toBe(true)
      expect(readFileSync(join(root, '.dockerignore'), 'utf8').split('\n')).toContain(`!${source}`)
    }
  })
})

test('compose: images have tags, services that are waited for exist, volumes and settings too', () => {
  const { services, volumes, networks } = parse(read('compose.yaml')) as { services: Record<string, any>; volumes: object; networks: object }
  for (const [name, service] of Object.entries(services)) {
    if (service.image) expect(service.image, name).toMatch(/:v?\d/)
    for (const other of Object.keys(Array.isArray(service.depends_on) ? Object.fromEntries(service.depends_on.map((one: string) => [one, 1])) : (service.depends_on ?? {}))) expect(Object.keys(services)).toContain(other)
    for (const volume of (service.volumes ?? []) as string[]) {
      const [source = ''] = volume.split(':')
      if (source.startsWith('.')) expect(existsSync(join(deploy, source)), source).toBe(true)
      else expect(Object.keys(volumes)).toContain(source)
    }
    for (const network of service.networks ?? []) expect(Object.keys(networks)).toContain(network)
  }
  expect(existsSync(join(deploy, services.thole.build.context, services.thole.build.dockerfile))).toBe(true)
})

describe('proxies', () => {
  test.runIf(has('nginx') && has('openssl'))('nginx takes its file', () => {
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=example.org', '-keyout', key, '-out', certificate], { stdio: 'ignore' })
    const site = read('nginx.conf').replace('/etc/ssl/thole/fullchain.pem', certificate).replace('/etc/ssl/thole/privkey.pem', key).replaceAll(/listen (\[::\]:)?(80|443)/g, 'listen $118$2')
    writeFileSync(join(folder, 'site.conf'), site)
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')
    writeFileSync(join(folder, 'nginx.conf'), `pid ${folder}/nginx.pid; error_log stderr; events {} http { access_log off; ${paths} include ${folder}/site.conf; }`)
    const { status, stderr } = spawnSync('nginx', ['-t', '-c', join(folder, 'nginx.conf')], { encoding: 'utf8' })
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('both bring what the server goes by, and do not tell its metrics', () => {
    for (const header of ['Host', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-Request-Id']) expect(read('nginx.conf')).toContain(`proxy_set_header ${header} `)
    for (const name of ['nginx.conf', 'Caddyfile']) {
      expect(read(name)).toContain('/metrics')
      for (const host of ['*.ipfs.', '*.ipns.']) expect(read(name)).toContain(host)
      expect(read(name).split('{').length).toBe(read(name).split('}').length)
    }
  })
})
