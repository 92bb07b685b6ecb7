import { spawnSync } from 'node:child_process'
import { readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, form, pattern, rawBlock, type Client } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { tholeHome, type Thole } from '../support/thole.ts'

let server: TestServer
let key: string
let api: Client
let thole: Thole

const hello = 'bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve'
const nobodys = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  key = await server.createKey()
  api = client(server.url, key)
  thole = await tholeHome({ THOLE_URL: server.url, THOLE_KEY: key })
})
afterAll(async () => {
  await thole?.[Symbol.asyncDispose]()
  await server?.stop()
})

describe('signing in', () => {
  test('login keeps a good key in a file of its owner, and later commands use it', async () => {
    await using person = await tholeHome()
    const { code, out } = await person.run(['login', server.url], { stdin: `${key}\n` })
    const file = join(person.home, '.config/thole/credentials.json')
    expect([code, out]).toEqual([0, `Signed in to ${server.url}; kept in ${file}\n`])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(join(person.home, '.config/thole'))).mode & 0o777).toBe(0o700)
    const [who] = await person.json(['whoami'])
    expect(who).toMatchObject({ url: server.url, scopes: expect.arrayContaining(['upload', 'pins:write']), usage: { bytes: expect.any(Number) } })
    expect((await person.run(['logout'])).code).toBe(0)
    expect((await person.run(['whoami', '--url', server.url])).code).toBe(4)
  })

  test('a wrong key is not kept', async () => {
    await using person = await tholeHome()
    const { code, err } = await person.run(['login', server.url], { stdin: 'nonsense\n' })
    expect([code, err]).toEqual([4, 'thole login: Sign in or send a valid key: this key is not known here.\n'])
    await expect(stat(join(person.home, '.config'))).rejects.toThrow('ENOENT')
    expect((await person.run(['login', server.url], { stdin: '' })).code).toBe(2)
  })

  test('a kept key goes to its own server alone', async () => {
    await using person = await tholeHome()
    await person.run(['login', server.url], { stdin: key })
    const { code, err } = await person.run(['whoami', '--url', server.url.replace('127.0.0.1', 'localhost')])
    expect(code).toBe(4)
    expect(err).toContain('there is no key for http://localhost')
  })

  test('whoami with a key that may see little', async () => {
    const [who] = await thole.json(['whoami'], { env: { THOLE_KEY: await server.createKey(['pins:read']) } })
    expect(who).toMatchObject({ scopes: ['pins:read'] })
    expect(who.usage).toBeUndefined()
  })
})

describe('put', () => {
  test('standard input, and the CID alone without any server', async () => {
    expect(await thole.run(['put', '--name', 'greeting', '-'], { stdin: 'hello world!' })).toEqual({ code: 0, out: `${hello}\n`, err: '1 block, 12 B\n' })
    expect(Buffer.from(await (await fetch(`${server.url}/ipfs/${hello}`)).arrayBuffer()).toString()).toBe('hello world!')
    const nowhere = { THOLE_URL: 'http://127.0.0.1:9', THOLE_KEY: '' }
    expect(await thole.run(['put', '--dry-run', '-'], { stdin: 'hello world!', env: nowhere })).toEqual({ code: 0, out: `${hello}\n`, err: '' })
  })

  test('a folder has the CID that the server gives the same files; hidden files and links are passed over', async () => {
    await using folder = await temporaryFolder({ 'index.html': '<h1>hi</h1>', 'docs/ü b.txt': 'B', '.env': 'SECRET', 'docs/.git/config': 'x' })
    spawnSync('ln', ['-s', '/etc/passwd', join(folder.path, 'leak')])
    const { body } = await api.upload(form({ 'index.html': '<h1>hi</h1>', 'docs/ü b.txt': 'B' }))
    const { code, out, err } = await thole.run(['put', '--name', 'site', folder.path])
    expect([code, out]).toEqual([0, `${body.roots[0].cid}\n`])
    expect(err).toContain('leak is passed over: it is a symbolic link.')
    const { body: uploads } = await api.json('/api/v1/uploads?limit=1')
    expect(uploads.uploads[0]).toMatchObject({ name: 'site', roots: [{ cid: body.roots[0].cid }] })
    const { body: all } = await api.upload(form({ 'index.html': '<h1>hi</h1>', 'docs/ü b.txt': 'B', '.env': 'SECRET', 'docs/.git/config': 'x' }))
    expect((await thole.run(['put', '--hidden', folder.path])).out).toBe(`${all.roots[0].cid}\n`)
  })

  test('several paths are one directory; a single file keeps its name where it is wrapped; profiles', async () => {
    await using folder = await temporaryFolder({ 'a.txt': 'A', 'sub/b.txt': 'B' })
    const { body: both } = await api.upload(form({ 'a.txt': 'A', 'sub/b.txt': 'B' }))
    expect((await thole.run(['put', '--dry-run', join(folder.path, 'a.txt'), join(folder.path, 'sub')])).out).toBe(`${both.roots[0].cid}\n`)
    const { body: old } = await api.upload('A', '/api/v1/uploads?profile=unixfs-v0-2015')
    expect((await thole.run(['put', '--dry-run', '--profile', 'unixfs-v0-2015', join(folder.path, 'a.txt')])).out).toBe(`${old.roots[0].cid}\n`)
    const [wrapped] = await thole.json(['put', '--wrap', join(folder.path, 'a.txt')])
    expect(await (await fetch(`${server.url}/ipfs/${wrapped.cid}/a.txt`)).text()).toBe('A')
  })

  test('a CAR with two roots', async () => {
    const [a, b] = [rawBlock(pattern(1000, 1)), rawBlock(pattern(1000, 2))]
    await using folder = await temporaryFolder({ 'two.car': car([a.cid, b.cid], [a, b]) })
    const [first] = await thole.json(['put', '--car', join(folder.path, 'two.car')])
    expect(first).toMatchObject({ roots: [a.cid.toString(), b.cid.toString()], blocks: 2, sent: 2000 })
    expect((await thole.run(['put', '--car', '--dry-run', join(folder.path, 'two.car')])).out).toBe(`${a.cid}\n${b.cid}\n`)
  })

  test.each([
    [['put'], '"put" needs PATH….'],
    [['put', '/nowhere/at/all'], 'There is no file or folder /nowhere/at/all.'],
    [['put', '--profile', 'best', '-'], '--profile takes unixfs-v1-2025, unixfs-v0-2015, web3-storage, nft-storage, not "best".'],
    [['put', '-', '-'], 'Standard input (-) is put alone.'],
    [['put', '--fast', '-'], "Unknown option '--fast'."],
    [['get', 'nonsense'], '"nonsense" is not a CID'],
    [['ls', '--limit', 'ten'], '--limit takes a whole number, not "ten".'],
    [['pin', 'ls', '--status', 'lost'], '--status takes queued, pinning, pinned, failed, not "lost".'],
    [['whoami', '--url', 'ftp://x'], '"ftp://x" is not the address of a server'],
  ])('%j is not understood', async (args, words) => {
    const { code, out, err } = await thole.run(args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(words)
    expect(err).toContain('Usage: thole')
  })

  test('a server that is not there, and a key that may not', async () => {
    await using folder = await temporaryFolder({ 'a.txt': 'another file' })
    const gone = await thole.run(['ls'], { env: { THOLE_URL: 'http://127.0.0.1:9' } })
    expect(gone.code).toBe(1)
    expect(gone.err).toContain('127.0.0.1:9')
    const env = { THOLE_KEY: await server.createKey(['pins:read']) }
    const { code, out, err } = await thole.run(['put', '--json', join(folder.path, 'a.txt')], { env })
    expect([code, JSON.parse(out)]).toEqual([4, { error: { code: 'SCOPE_MISSING', message: 'This key lacks the scope upload.' } }])
    expect(err).toBe('thole put: This key lacks the scope upload.\n')
  })
})

describe('lists, status, ends', () => {
  test('pins: add, ls, rm; what is missing is told', async () => {
    const added = await thole.run(['pin', 'add', nobodys, '--name', 'wanted'])
    const [id, status] = added.out.split('\t')
    expect([added.code, status]).toEqual([0, 'queued'])
    expect(added.out).toContain('THOLE_NETWORK=none')
    expect(await thole.json(['pin', 'ls', '--status', 'queued'])).toMatchObject([{ id, cid: nobodys, name: 'wanted', status: 'queued' }])
    const missing = await thole.run(['status', nobodys])
    expect([missing.code, missing.out]).toEqual([1, `partial: 1 block known to be missing\n  ${nobodys}  \n`])
    expect(await thole.run(['pin', 'rm', nobodys])).toMatchObject({ code: 0, out: `${id}\n` })
    expect((await thole.run(['pin', 'rm', id!])).code).toBe(3)
    expect((await thole.run(['pin', 'ls', nobodys])).code).toBe(3)
    expect((await thole.run(['status', nobodys])).code).toBe(3)
  })

  test('uploads: ls, rm by any form of the CID', async () => {
    await thole.run(['put', '--name', 'a\u001b[2Jb\tc', '-'], { stdin: 'short-lived' })
    const { out } = await thole.run(['ls', '--limit', '1'])
    expect(out).toMatch(/^bafk\w+\t\d{4}-\S+Z\t\d+\ta\\u001b\[2Jb c\n$/)
    const [cid] = out.split('\t')
    expect((await thole.run(['rm', `ipfs://${cid}`])).code).toBe(0)
    const again = await thole.run(['rm', cid!])
    expect([again.code, again.err]).toEqual([3, `thole rm: there is no upload of ${cid}; requests for pins end with "thole pin rm"\n`])
  })

  test('open prints the address where there is no terminal', async () => {
    expect(await thole.run(['open', `ipfs://${hello}/a b`])).toEqual({ code: 0, out: `${server.url}/ipfs/${hello}/a%20b\n`, err: '' })
    expect((await thole.run(['open'])).out).toBe(`${server.url}/\n`)
  })
})

describe('get', () => {
  test('nothing is written through what somebody else laid out', async () => {
    await using mine = await temporaryFolder({ 'docs/a.txt': 'fetched' })
    await using theirs = await temporaryFolder({ 'docs/a.txt': 'kept' })
    const cid = (await thole.run(['put', mine.path])).out.trim()
    const place = join(thole.home, 'laid-out')
    await symlink(theirs.path, `${place}.${cid}.part`)
    const { code, err } = await thole.run(['get', cid, '-o', place])
    expect([code, err]).toEqual([2, expect.stringContaining('is in the way: it is no folder of yours')])
    expect(await readFile(join(theirs.path, 'docs/a.txt'), 'utf8')).toBe('kept')
  })

  test('a folder, a file of it, and standard output', async () => {
    const files = { 'index.html': '<h1>hi</h1>', 'docs/large.bin': pattern(3_000_000, 7), 'docs/empty': '' }
    await using folder = await temporaryFolder(files)
    const { out } = await thole.run(['put', folder.path])
    const cid = out.trim()
    const place = join(thole.home, 'site')
    expect(await thole.run(['get', cid, '-o', place])).toMatchObject({ code: 0, out: `${place}\n` })
    expect(spawnSync('diff', ['-r', folder.path, place], { encoding: 'utf8' })).toMatchObject({ status: 0, stdout: '' })
    expect((await thole.run(['get', `/ipfs/${cid}/index.html`])).out).toBe('index.html\n')
    expect(await readFile(join(thole.home, 'index.html'), 'utf8')).toBe('<h1>hi</h1>')
    expect((await thole.run(['get', '-o', '-', `${cid}/index.html`])).out).toBe('<h1>hi</h1>')
    const again = await thole.run(['get', `${cid}/index.html`])
    expect([again.code, again.err.split('\n')[0]]).toEqual([2, 'thole get: index.html exists already; name another place with --output.'])
    expect((await thole.run(['get', nobodys])).code).toBe(3)
    expect((await thole.run(['get', `${cid}/nothing`])).code).toBe(3)
  })

  test.each(['unixfs-v1-2025', 'unixfs-v0-2015'])('what an earlier run left is checked, and only the rest is fetched (%s)', async (profile) => {
    const bytes = pattern(5_000_000, 9)
    const { body } = await api.upload(bytes, `/api/v1/uploads?profile=${profile}`)
    const { cid } = body.roots[0]
    const place = join(thole.home, `large-${profile}`)
    const kept = Uint8Array.from(bytes.subarray(0, 4_500_000))
    kept[3_500_000]! ^= 1 // what a disk lost
    await writeFile(`${place}.${cid}.part`, kept)
    expect(await thole.run(['get', cid, '-o', place])).toMatchObject({ code: 0, out: `${place}\n` })
    expect(Buffer.compare(await readFile(place), bytes)).toBe(0)
    await expect(stat(`${place}.${cid}.part`)).rejects.toThrow('ENOENT')
  })
})
