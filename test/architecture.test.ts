import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const rooms = join(root, 'packages/server/src')

/** Who may import whom. `dag` is the package; packages of others are free except where named in `bare`. */
const allowed: Record<string, readonly string[]> = {
  kernel: [],
  config: ['kernel'],
  ports: ['kernel', 'dag'],
  domain: ['kernel', 'ports', 'dag'],
  db: ['kernel', 'ports', 'dag'],
  blocks: ['kernel', 'ports', 'dag'],
  network: ['kernel', 'ports', 'dag'],
  replicas: ['kernel', 'ports', 'dag'],
  services: ['kernel', 'ports', 'dag'],
  jobs: ['kernel', 'ports', 'domain'],
  http: ['kernel', 'ports', 'domain', 'dag'],
  app: ['kernel', 'config', 'ports', 'domain', 'db', 'blocks', 'network', 'replicas', 'services', 'jobs', 'http', 'dag'],
}

const longest = 300

interface Import {
  from: string
  to: string
}

const sources = filesBelow(join(root, 'packages')).filter((file) => /\.tsx?$/.test(file) && !isTest(file))
const imports = sources.flatMap((file) => importsOf(file))

describe('rooms', () => {
  test('every room of the server is known here', () => {
    const found = readdirSync(rooms, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name)
    expect(found.filter((name) => !(name in allowed))).toEqual([])
  })

  test.each(Object.entries(allowed))('%s imports only what it may', (room, may) => {
    const strangers = imports
      .filter(({ from }) => roomOf(from) === room)
      .filter(({ to }) => to === '@thole/dag' ? !may.includes('dag') : roomOf(to) !== undefined && roomOf(to) !== room && !may.includes(roomOf(to)!))
    expect(strangers.map(show)).toEqual([])
  })

  test('a folder of the domain is entered through its index', () => {
    const noun = (file: string) => relative(join(rooms, 'domain'), file).split(sep)[0]!
    const inside = (file: string) => file.startsWith(join(rooms, 'domain') + sep)
    const sideDoors = imports.filter(({ from, to }) => inside(to) && !to.endsWith(`${sep}index.ts`) && !(inside(from) && noun(from) === noun(to)))
    expect(sideDoors.map(show)).toEqual([])
  })

  test('only config reads the environment', () => {
    const readers = sources.filter((file) => file.startsWith(rooms) && /process\.env\b/.test(readFileSync(file, 'utf8')) && roomOf(file) !== 'config')
    expect(readers.map((file) => relative(root, file))).toEqual([])
  })

  test('dag runs anywhere: it imports nothing of Node', () => {
    const nodeish = imports.filter(({ from, to }) => from.startsWith(join(root, 'packages/dag')) && to.startsWith('node:'))
    expect(nodeish.map(show)).toEqual([])
  })

  test('nothing imports in a circle', () => {
    expect(firstCircle()).toBeUndefined()
  })
})

test(`no file is longer than ${longest} lines`, () => {
  const long = sources.filter((file) => readFileSync(file, 'utf8').split('\n').length > longest)
  expect(long.map((file) => relative(root, file))).toEqual([])
})

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

function isTest(file: string): boolean {
  return /\.(test|contract|fixture)\.tsx?$/.test(file) || file.includes(`${sep}testing${sep}`)
}

/** Imports that exist when the code runs and imports of types alike: both are knowledge. */
function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target]) => ({
    from: file,
    to: target!.startsWith('.') ? resolve(dirname(file), target!) : target!,
  }))
}

function roomOf(file: string): string | undefined {
  return file.startsWith(rooms + sep) ? relative(rooms, file).split(sep)[0] : undefined
}

function show({ from, to }: Import): string {
  return `${relative(root, from)} → ${to.startsWith(root) ? relative(root, to) : to}`
}

/** Circles of imports that exist when the code runs. */
function firstCircle(): string | undefined {
  const runtime = new Map(sources.map((file) => [file, runtimeImports(file)]))
  const done = new Set<string>()
  const visit = (file: string, path: string[]): string | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].map((step) => relative(root, step)).join(' → ')
    if (done.has(file)) return undefined
    done.add(file)
    for (const next of runtime.get(file) ?? []) {
      const circle = visit(next, [...path, file])
      if (circle) return circle
    }
    return undefined
  }
  for (const file of sources) {
    const circle = visit(file, [])
    if (circle) return circle
  }
  return undefined
}

function runtimeImports(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^(?:import|export)(?!\s+type\b)[^'"]*?from\s+'(\.[^']+)'/gm)].map(([, target]) => resolve(dirname(file), target!))
}
