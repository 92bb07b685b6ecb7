import type { Block } from '@thole/dag'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, eventually, pattern, type Client } from '../support/api.ts'
import { fileInBlocks } from '../support/file-in-blocks.ts'
import { several } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let api: Client

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  api = client(server.url, await server.createKey())
})
afterAll(() => server?.stop())

let seed = 1000
const newFile = (leaves: number) => fileInBlocks(pattern(leaves * 1000, seed++), 1000)
const doors = {
  nft: { path: '/nft/upload', isPinned: (body: any) => body.value.pin.status === 'pinned' },
  pinion: { path: '/upload/api/v1/', isPinned: (body: any) => body.status === 'pinned' },
  web3: { path: '/web3/car', isPinned: undefined },
} as const

async function send({ path }: { path: string }, root: Block, blocks: readonly Block[], by = api) {
  const answer = await by.upload(car([root.cid], [root, ...blocks]) as BodyInit, path, 'application/vnd.ipld.car')
  expect(answer.status).toBe(200)
  return answer.body
}

describe('whatever the order', () => {
  const parts = fc.record({
    door: fc.constantFrom(...Object.values(doors)),
    leaves: fc.integer({ min: 2, max: 12 }),
    atOnce: fc.integer({ min: 1, max: 3 }),
    /** Each part by which leaves it brings, on top of the one that brings what is left. */
    parts: fc.array(fc.array(fc.nat(), { maxLength: 6 }), { minLength: 1, maxLength: 8 }),
    at: fc.nat(),
  })

  test('the part that completes it says so, and status says so right after', async () => {
    await fc.assert(
      fc.asyncProperty(parts, async ({ door, leaves: count, atOnce, parts, at }) => {
        const { root, leaves } = await newFile(count)
        const brought = parts.map((part) => part.map((i) => leaves[i % leaves.length]!))
        const sent = new Set(brought.flat())
        brought.splice(at % (brought.length + 1), 0, leaves.filter((leaf) => !sent.has(leaf)))
        const bodies = await several(brought.length, atOnce, (i) => send(door, root, brought[i]!))
        if (door.isPinned) expect(bodies.some(door.isPinned)).toBe(true)
        expect((await (await fetch(`${server.url}/web3/status/${root.cid}`)).json()).pins[0].status).toBe('Pinned')
        expect((await api.json(`/nft/${root.cid}`)).body.value.pin).toMatchObject({ status: 'pinned', size: root.bytes.length + count * 1000 })
      }),
      { numRuns: 40 },
    )
  })
})

test('two accounts bring halves of one DAG: it is complete for both, and neither sees the other', async () => {
  const { root, leaves } = await newFile(4)
  const other = client(server.url, await server.createKey(undefined, 'half@example.org'))
  expect(await send(doors.pinion, root, leaves.slice(0, 2))).toMatchObject({ status: 'pinning', info: { status_details: expect.stringMatching(/2 blocks missing/) } })
  expect((await send(doors.nft, root, leaves.slice(2), other)).value.pin.status).toBe('pinned')
  expect((await api.json(`/nft/${root.cid}`)).body.value.pin.status).toBe('pinned')
  expect((await api.json(`/nft/${root.cid}`, { method: 'DELETE' })).status).toBe(202)
  expect((await api.json(`/nft/${root.cid}`)).status).toBe(404)
  expect((await other.json(`/nft/${root.cid}`)).body.value.pin.status).toBe('pinned')
  expect((await fetch(`${server.url}/ipfs/${root.cid}`)).status).toBe(200)
})

test('a part that breaks off leaves the DAG as it was; the whole part completes it', async () => {
  const { root, leaves } = await newFile(3)
  await send(doors.nft, root, leaves.slice(0, 2))
  const broken = car([root.cid], [root, leaves[2]!]).subarray(0, -10)
  expect((await api.upload(broken as BodyInit, '/nft/upload', 'application/car')).status).toBe(400)
  expect((await api.json(`/nft/${root.cid}`)).body.value.pin).toMatchObject({ status: 'pinning', missing: { count: 1, first: [{ cid: leaves[2]!.cid.toString(), path: '2' }] } })
  expect((await send(doors.nft, root, [leaves[2]!])).value.pin.status).toBe('pinned')
})

test('parts that no further one followed are given up after THOLE_PARTIAL_TTL, by every door', async () => {
  await server.killAndRestart({ THOLE_PARTIAL_TTL: '3' })
  const { root, leaves } = await newFile(3)
  await send(doors.nft, root, leaves.slice(0, 1))
  await send(doors.web3, root, leaves.slice(1, 2))
  const gone = await eventually(() => api.json(`/nft/${root.cid}`), ({ status }) => status === 404)
  expect(gone.body).toMatchObject({ ok: false, error: { message: 'NFT not found' } })
  expect((await fetch(`${server.url}/nft/check/${root.cid}`)).status).toBe(404)
  expect((await api.json(`/web3/user/uploads?size=1000`)).body.map(({ cid }: { cid: string }) => cid)).not.toContain(root.cid.toString())
  const { results } = (await api.json(`/psa/pins?cid=${root.cid}&status=failed`)).body
  expect(results.map(({ info }: { info: Record<string, string> }) => info.status_details?.slice(0, 8))).toEqual(['Given up', 'Given up'])
  expect((await send(doors.nft, root, leaves)).value.pin.status).toBe('pinned')
})
