import { once } from 'node:events'
import { cp, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as dagCbor from '@ipld/dag-cbor'
import { codecs, digest, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, pattern, rawBlock, type Client } from '../support/api.ts'
import { testDatabase } from '../support/database.ts'
import { startServer, tholed, tryServer, type TestServer } from '../support/server.ts'

const clean = /^store check: clean, [\d,]+ blocks? in \d+ segments?, [\d,]+ DAGs?, [\d.]+ s\n$/

let server: TestServer
let api: Client

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  api = client(server.url, await server.createKey())
})
afterAll(() => server?.stop())

/** Without the log of what goes wrong on purpose. */
const quiet = () => ({ ...server.env, THOLE_LOG: 'silent' })
const check = () => tholed(['store', 'check'], server.env)

describe('beside a running server', () => {
  test('a check while uploads and deletes go on finds nothing', async () => {
    let stop = false
    const busy = Array.from({ length: 3 }, async (_, worker) => {
      for (let i = 0; !stop; i++) {
        const { body } = await api.upload(pattern(10_000 + worker * 400_000, i * 10 + worker))
        if (i % 2 === 0) await api.call(`/api/v1/uploads/${body.id}`, { method: 'DELETE' })
      }
    })
    for (let i = 0; i < 3; i++) expect(await check()).toEqual({ code: 0, out: expect.stringMatching(clean), err: '' })
    stop = true
    await Promise.all(busy)
    expect((await check()).out).toMatch(clean)
  })

  test('a check while split CARs arrive finds nothing', async () => {
    let stop = false
    const busy = Array.from({ length: 2 }, async (_, worker) => {
      for (let i = 0; !stop; i++) {
        const leaves = Array.from({ length: 20 }, (_, leaf) => rawBlock(pattern(5_000, worker * 1e6 + i * 100 + leaf)))
        const root = linksTo(leaves)
        for (const part of [[root], leaves.slice(0, 12), leaves.slice(12)]) expect((await api.upload(car([root.cid], part) as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')).status).toBe(201)
      }
    })
    for (let i = 0; i < 3; i++) expect(await check()).toEqual({ code: 0, out: expect.stringMatching(clean), err: '' })
    stop = true
    await Promise.all(busy)
    expect((await check()).out).toMatch(clean)
  })

  test('stats are a small table', async () => {
    const { out } = await tholed(['store', 'stats'], server.env)
    expect(out).toMatch(/^blocks +[\d,]+\nbytes +[\d.]+ .?i?B\nsegments +\d+\nfree .*\ndamaged +0\nDAGs +[\d,]+\n$/)
  })

  test('the socket is for its owner alone, and stands no nonsense', async () => {
    const socket = connect(join(server.dataFolder, 'tholed.sock'))
    socket.setEncoding('utf8')
    socket.write('drop everything\n')
    let text = ''
    socket.on('data', (more: string) => (text += more))
    await once(socket, 'close')
    expect(JSON.parse(text)).toEqual({ failed: expect.stringContaining('drop everything') })
    expect((await api.json('/api/v1/uploads')).status).toBe(200)
  })

  test('a client that goes away ends its work, and the server goes on', async () => {
    for (let i = 0; i < 5; i++) {
      const socket = connect(join(server.dataFolder, 'tholed.sock'))
      socket.write('store check\n')
      if (i % 2 === 0) await once(socket, 'data')
      socket.destroy()
    }
    expect((await check()).code).toBe(0)
  })

  test('what needs the store alone is refused, naming the process', async () => {
    for (const command of ['adopt', 'rebuild-index']) {
      const { code, err } = await tholed(['store', command], server.env)
      expect([code, err]).toEqual([1, expect.stringContaining(`process ${server.pid}`)])
    }
  })

  test('a socket left by kill -9 is replaced', async () => {
    await server.killAndRestart()
    expect(await readdir(server.dataFolder)).toContain('tholed.sock')
    expect((await check()).out).toMatch(clean)
  })
})

describe('on a closed data folder', () => {
  test('a check of what is well; stats', async () => {
    await server.rest(async () => {
      expect(await readdir(server.dataFolder)).not.toContain('tholed.sock')
      expect(await check()).toMatchObject({ code: 0, out: expect.stringMatching(clean) })
      expect((await tholed(['store', 'stats'], server.env)).code).toBe(0)
    })
  })

  test('a store that lost a segment: each DAG of it is named, exit code 1', async () => {
    const lost = await startServer({ THOLE_NETWORK: 'none', THOLE_LOG: 'silent' })
    try {
      const owner = client(lost.url, await lost.createKey())
      const { body } = await owner.upload(pattern(3_000_000))
      const dag = body.roots[0].cid
      await lost.rest(async () => {
        for (const name of await readdir(join(lost.dataFolder, 'blocks/segments'))) await rm(join(lost.dataFolder, 'blocks/segments', name))
        const { code, out } = await tholed(['store', 'check'], lost.env)
        expect(code).toBe(1)
        expect(out).toMatch(/^store: .*00000001.car has vanished$/m)
        expect(out).toMatch(new RegExp(`^damage: DAG ${dag}: 1 block of it is damaged .* upload it again`, 'm'))
        expect(out).toMatch(/\nstore check: \d+ findings?, /)
      })
    } finally {
      await lost.stop()
    }
  })

  test('a flipped bit: a scrub finds it, and a check names the block and its DAG', async () => {
    const { body } = await api.upload(pattern(2_000_000, 11))
    await server.rest(async () => {
      expect(await tholed(['store', 'scrub'], quiet())).toMatchObject({ code: 0, out: expect.stringMatching(/^store scrub: [\d,]+ blocks, .* read, 0 damaged, /) })
      await flipLastByte(join(server.dataFolder, 'blocks/segments'))
      expect(await tholed(['store', 'scrub'], quiet())).toMatchObject({ code: 1, out: expect.stringContaining(' 1 damaged, ') })
      const { code, out } = await tholed(['store', 'check'], quiet())
      expect(code).toBe(1)
      expect(out).toMatch(/^damage: block bafk\w+ does not match its hash/m)
      expect(out).toMatch(new RegExp(`^damage: DAG ${body.roots[0].cid}: 1 block of it is damaged`, 'm'))
    })
    await api.upload(pattern(2_000_000, 11))
    expect((await check()).out).toMatch(clean)
  })

  test('what was let go is freed', async () => {
    const { body } = await api.upload(pattern(2_000_000, 12))
    await api.call(`/api/v1/uploads/${body.id}`, { method: 'DELETE' })
    await server.rest(async () => {
      const early = await tholed(['store', 'reclaim'], server.env)
      expect([early.code, early.out]).toEqual([0, expect.stringContaining('store reclaim: 0 DAGs, ')])
      const due = await tholed(['store', 'reclaim'], { ...server.env, THOLE_RECLAIM_GRACE: '0' })
      expect([due.code, due.out]).toEqual([0, expect.stringMatching(/^store reclaim: [1-9]\d* DAGs?, [1-9][\d,]* blocks, [\d.]+ .iB given back, /)])
      expect((await check()).out).toMatch(clean)
    })
  })

  test('an index that is lost is made anew', async () => {
    await server.rest(async () => {
      const before = (await tholed(['store', 'stats'], server.env)).out.split('\n')[0]
      const { code, out } = await tholed(['store', 'rebuild-index'], server.env)
      expect([code, out]).toEqual([0, expect.stringMatching(/^store rebuild-index: [\d,]+ blocks in \d+ segments?, .*, 0 damaged, [\d.]+ s\n$/)])
      expect((await tholed(['store', 'stats'], server.env)).out.split('\n')[0]).toBe(before)
      expect((await check()).out).toMatch(clean)
    })
  })

  test('there is none: nothing is made', async () => {
    const folder = join(server.dataFolder, 'nowhere')
    const { code, err } = await tholed(['store', 'check'], { ...server.env, THOLE_DATA: folder })
    expect([code, err]).toEqual([1, expect.stringContaining(folder)])
    await expect(readdir(folder)).rejects.toThrow()
  })
})

describe('one server', () => {
  test('a second one on the folder is refused, naming the process, whatever blocks it names', async () => {
    for (const env of [server.env, { ...server.env, THOLE_BLOCKS: 'elsewhere' }]) {
      const { code, err } = await tryServer(env)
      expect([code, err]).toEqual([1, expect.stringContaining(`in use by process ${server.pid}`)])
    }
  })

  test('a second one with disk blocks on the same PostgreSQL is refused, until the first is gone', async () => {
    const database = await testDatabase()
    const first = await startServer({ THOLE_NETWORK: 'none', THOLE_DATABASE_URL: database.url })
    const folder = await mkdtemp(join(tmpdir(), 'thole-second-'))
    try {
      const { code, err } = await tryServer({ ...first.env, THOLE_DATA: folder })
      expect([code, err]).toEqual([1, expect.stringContaining(`process ${first.pid} on `)])
      await first.killAndRestart()
      expect((await tholed(['store', 'check'], first.env)).out).toMatch(clean)
    } finally {
      await first.stop()
      await rm(folder, { recursive: true, force: true })
      await database.drop()
    }
  })

  test('a path too long for a socket', async () => {
    const folder = join(server.dataFolder, 'long'.repeat(30))
    const long = await startServer({ THOLE_NETWORK: 'none', THOLE_DATA: folder })
    try {
      expect(await tholed(['store', 'check'], { ...long.env, THOLE_DATA: folder })).toMatchObject({ code: 0, out: expect.stringMatching(clean) })
      await long.killAndRestart()
      expect((await tholed(['store', 'check'], long.env)).code).toBe(0)
    } finally {
      await long.stop()
    }
  })
})

describe('a database and a store belong together', () => {
  test('another store, or an empty one, is refused until it is adopted', async () => {
    await api.upload(pattern(50_000, 7))
    await server.rest(async () => {
      const copy = await mkdtemp(join(tmpdir(), 'thole-copy-'))
      try {
        await cp(join(server.dataFolder, 'thole.sqlite'), join(copy, 'thole.sqlite'))
        const env = { ...server.env, THOLE_DATA: copy, THOLE_LOG: 'silent' }
        const refused = await tryServer(env)
        expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/THOLE_BLOCKS.*tholed store adopt/)])
        expect(await tholed(['store', 'check'], env)).toMatchObject({ code: 1, err: expect.stringContaining('tholed store adopt') })
        expect(await tholed(['store', 'adopt'], env)).toMatchObject({ code: 0, out: expect.stringContaining('store check') })
        const { code, out } = await tholed(['store', 'check'], env)
        expect([code, out]).toEqual([1, expect.stringContaining('the row calls it complete')])
      } finally {
        await rm(copy, { recursive: true, force: true })
      }
    })
  })

  test('blocks whose database was lost are not left to a new one, which would free them', async () => {
    await server.rest(async () => {
      const database = join(await mkdtemp(join(tmpdir(), 'thole-lost-')), 'thole.sqlite')
      await rename(join(server.dataFolder, 'thole.sqlite'), database)
      try {
        const refused = await tryServer({ ...server.env, THOLE_LOG: 'silent' })
        expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/restore the database.*tholed store adopt/)])
      } finally {
        await rename(database, join(server.dataFolder, 'thole.sqlite'))
      }
    })
    expect(await tholed(['store', 'check'], server.env)).toMatchObject({ code: 0 })
  })
})

describe('usage', () => {
  test('an unknown command, or an option that is missing, tells what there is', async () => {
    for (const [args, why] of [[[], ''], [['store', 'sweep-all'], 'There is no command "store sweep-all".'], [['keys', 'create'], '"keys create" needs --account EMAIL --name NAME']] as const) {
      const { code, out, err } = await tholed([...args], server.env)
      expect([code, out, err.startsWith(why)]).toEqual([2, '', true])
      for (const name of ['keys create', 'store check', 'store stats', 'store scrub', 'store reclaim', 'store rebuild-index', 'store adopt']) expect(err).toContain(`  ${name} `)
    }
    expect((await tholed(['--help'], server.env)).code).toBe(0)
  })

  test('keys create prints the key alone', async () => {
    const { code, out, err } = await tholed(['keys', 'create', '--account', 'a@example.org', '--name', 'n'], server.env)
    expect([code, out.split('\n').length, err]).toEqual([0, 2, ''])
  })
})


function linksTo(blocks: readonly Block[]): Block {
  const bytes = dagCbor.encode(blocks.map(({ cid }) => cid))
  return { cid: CID.createV1(codecs.dagCbor, Digest.create(0x12, digest(0x12, bytes))), bytes }
}

/** Of the newest segment, which ends with the block that was stored last. */
async function flipLastByte(folder: string): Promise<void> {
  const last = (await readdir(folder)).toSorted().at(-1)!
  await using file = await open(join(folder, last), 'r+')
  const { size } = await file.stat()
  const byte = new Uint8Array(1)
  await file.read(byte, 0, 1, size - 1)
  byte[0]! ^= 1
  await file.write(byte, 0, 1, size - 1)
}
