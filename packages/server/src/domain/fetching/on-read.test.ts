import { codecs, digest, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { afterEach, expect, test } from 'vitest'
import type { Network } from '../../ports/network.ts'
import { createFetchOnRead, type FetchOnRead, type OnReadLimits } from './on-read.ts'
import { peerNetwork, peerWith } from './testing/peer-network.ts'

const clock = { now: () => Date.now() }
const roomy: OnReadLimits = { maxMs: 5_000, maxBytes: 1 << 20, maxWants: 8, maxReaders: 100 }
const origin = '/ip4/127.0.0.1/tcp/1/p2p/a'

let onRead: FetchOnRead | undefined
afterEach(() => onRead?.close())

function blockOf(text: string): Block {
  const bytes = Buffer.from(text)
  return { cid: CID.createV1(codecs.raw, createDigest(0x12, digest(0x12, bytes))), bytes }
}

/** One peer, whom every session knows. */
function open(blocks: readonly Block[], limits: Partial<OnReadLimits> = {}, peer: { mute?: boolean } = {}) {
  const { network, log } = peerNetwork({ [origin]: Object.assign(peerWith(...blocks), peer) })
  const knowing: Network = { ...network, fetch: (options) => network.fetch({ ...options, origins: [origin] }) }
  onRead = createFetchOnRead({ network: knowing, clock, limits: { ...roomy, ...limits } })
  return { onRead, log }
}

test('a block is fetched once for all who want it, and kept for those who come later', async () => {
  const block = blockOf('wanted')
  const { onRead, log } = open([block])
  const all = await Promise.all([onRead.get(block.cid), onRead.get(block.cid), onRead.get(CID.createV1(codecs.dagPb, block.cid.multihash))])
  for (const bytes of all) expect(Buffer.from(bytes)).toEqual(block.bytes)
  // Each has bytes of their own: readers free what they have sent.
  all[0]!.fill(0)
  structuredClone(all[1]!.buffer, { transfer: [all[1]!.buffer as ArrayBuffer] })
  expect(Buffer.from(await onRead.get(block.cid))).toEqual(block.bytes)
  expect(log).toMatchObject({ sent: 1, wanted: 1, sessions: 1 })
})

test('what is kept is bounded: the oldest goes first', async () => {
  const blocks = Array.from({ length: 5 }, (_, i) => blockOf(`${i}`.repeat(1_000)))
  const { onRead, log } = open(blocks, { maxBytes: 3_700 })
  for (const { cid } of blocks) await onRead.get(cid)
  await onRead.get(blocks[4]!.cid)
  await onRead.get(blocks[3]!.cid)
  expect(log.sent).toBe(5)
  await onRead.get(blocks[0]!.cid)
  expect(log.sent).toBe(6)
})

test('no more is asked for at once than may be; the rest waits for its turn', async () => {
  const blocks = Array.from({ length: 30 }, (_, i) => blockOf(`one of many ${i}`))
  const { onRead, log } = open(blocks, { maxWants: 4 })
  const coming = Promise.all(blocks.map(({ cid }) => onRead.get(cid)))
  expect(log.wanted).toBe(4)
  expect((await coming).map(String)).toEqual(blocks.map(({ bytes }) => String(new Uint8Array(bytes))))
})

test('what nobody has, and what does not come in time, is told as that; too many readers are refused', async () => {
  const absent = blockOf('absent')
  await expect(open([]).onRead.get(absent.cid)).rejects.toMatchObject({ code: 'NO_PROVIDERS', message: expect.stringContaining(`${absent.cid}`) })
  await onRead!.close()
  const { onRead: slow } = open([], { maxMs: 50, maxReaders: 1 }, { mute: true })
  const late = expect(slow.get(absent.cid)).rejects.toMatchObject({ code: 'FETCH_TIMEOUT', message: expect.stringContaining('1 second') })
  await expect(slow.get(blockOf('another').cid)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  await late
})

test('a reader who leaves takes the want along, unless others wait', async () => {
  const { onRead, log } = open([], { maxWants: 1 }, { mute: true })
  const [one, two] = [new AbortController(), new AbortController()]
  const { cid } = blockOf('left alone')
  const first = onRead.get(cid, { signal: one.signal })
  const second = onRead.get(cid, { signal: two.signal })
  const next = onRead.get(blockOf('next in line').cid)
  one.abort(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  expect(log.wanted).toBe(1)
  two.abort(new Error('gone, too'))
  await expect(second).rejects.toThrow('gone, too')
  expect(log.wanted).toBe(2)
  await onRead.close()
  await expect(next).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
})
