import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, eventually, pattern } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer, type TestServer } from '../support/server.ts'

const noStrace = spawnSync('strace', ['-V']).status === 0 ? undefined : 'there is no strace'
const length = 300_000
const calls = 'fsync,fdatasync,sync_file_range,write,writev,pwrite64,pwritev,sendto,sendmsg,openat,rename,renameat,renameat2'

/** One finished system call: its name, the path of its first file descriptor, and the whole line. */
interface SystemCall {
  name: string
  path: string
  line: string
  /** Where in the trace it began and ended. */
  began: number
  ended: number
}

describe.skipIf(noStrace)(`durable before the answer${noStrace ? ` (${noStrace})` : ''}`, () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ THOLE_NETWORK: 'none' })
  })
  afterAll(() => server?.stop())

  test('segment, its folder and the database are on the disk before 201 is written to the socket', async () => {
    const api = client(server.url, await server.createKey())
    await using folder = await temporaryFolder()
    const file = `${folder.path}/calls`
    const strace = spawn('strace', ['-f', '-y', '-s', '64', '-e', `trace=${calls}`, '-o', file, '-p', String(server.pid)], { stdio: ['ignore', 'ignore', 'pipe'] })
    let words = ''
    strace.stderr.on('data', (text: Buffer) => (words += text.toString()))
    await eventually(async () => words, (text) => text.includes('attached'), 5000)
    // Everything that attaching delays is behind us when this one is answered.
    await api.json('/api/v1/instance')
    const { status } = await api.upload(pattern(length, 70))
    strace.kill('SIGINT')
    await once(strace, 'close')
    expect(status).toBe(201)

    const trace = parse(await readFile(file, 'utf8'))
    const answer = trace.find(({ name, line }) => /^(write|writev|send)/.test(name) && line.includes('HTTP/1.1 201'))
    expect(answer, 'the answer is in the trace').toBeDefined()
    const before = trace.filter(({ ended }) => ended < answer!.began)
    const writes = before.filter(({ name, path }) => /write/.test(name) && path.startsWith(server.dataFolder))
    const isSynced = (path: string, after: SystemCall) => before.some((call) => /^f(data)?sync$/.test(call.name) && call.path === path && call.began > after.ended)

    const bytes = writes.findLast(({ line }) => sizeOf(line) >= length)
    expect(bytes, 'the bytes are written in one piece').toBeDefined()
    const segment = bytes!.path
    expect(isSynced(segment, bytes!), 'the segment is synced after its bytes').toBe(true)

    const created = before.find(({ name, line }) => name === 'openat' && line.includes(`"${segment}"`) && line.includes('O_CREAT'))
    expect(created, 'the segment is a new one').toBeDefined()
    expect(isSynced(dirname(segment), created!), 'the folder of the new segment is synced').toBe(true)

    const rows = writes.findLast(({ path }) => path.endsWith('.sqlite-wal'))
    expect(rows!.began, 'the database is written after the bytes').toBeGreaterThan(bytes!.ended)
    expect(isSynced(rows!.path, rows!), 'the database is synced after its last write').toBe(true)
  })
})

/** The calls of a trace; those that strace cut in two (`<unfinished ...>`, `<... resumed>`) are joined. */
function parse(text: string): SystemCall[] {
  const open = new Map<string, { head: string; began: number }>()
  const found: SystemCall[] = []
  for (const [at, raw] of text.split('\n').entries()) {
    const [, pid, rest] = /^(\d+) +(.*)$/.exec(raw) ?? []
    if (pid === undefined || rest === undefined) continue
    const cut = rest.indexOf(' <unfinished ...>')
    if (cut >= 0) {
      open.set(pid, { head: rest.slice(0, cut), began: at })
      continue
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(rest)
    const { head, began } = (resumed && open.get(pid)) || { head: '', began: at }
    const line = head + rest.slice(resumed?.[0].length ?? 0)
    const [, name, path] = /^(\w+)\((?:(?:AT_FDCWD|\d+)<([^>]*)>)?/.exec(line) ?? []
    if (name !== undefined) found.push({ name, path: path ?? '', line, began, ended: at })
  }
  return found
}

/** Bytes that a call says it wrote. */
function sizeOf(line: string): number {
  return Number(/= (\d+)$/.exec(line)?.[1] ?? 0)
}
