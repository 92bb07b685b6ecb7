import { codecs, digest, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { sendBlocks } from './send-car.ts'
import type { Target } from './target.ts'

const blocks = Array.from({ length: 10 }, (_, i): Block => {
  const bytes = new Uint8Array(100).fill(i)
  return { cid: CID.createV1(codecs.raw, create(0x12, digest(0x12, bytes))), bytes }
})
const [first] = blocks as [Block]
const { signal } = new AbortController()

async function* source(ended: () => void): AsyncGenerator<Block> {
  try {
    yield* blocks
  } finally {
    ended()
  }
}

/** A server in memory, as far as this goes; it fails at the n-th upload. */
function server(failsAt = Infinity) {
  const uploads = new Map<string, string[]>()
  const removed: string[] = []
  const target: Pick<Target, 'send' | 'removeUpload'> = {
    async send(_root, sent) {
      const id = String(uploads.size + 1)
      const cids = (await Array.fromAsync(sent)).map(({ cid }) => cid.toString())
      if (uploads.size + 1 >= failsAt) throw new Error('the disk is full')
      uploads.set(id, cids)
      return id
    },
    removeUpload: async (id) => void removed.push(id),
  }
  return { target: target as Target, uploads, removed }
}

test('parts of a bounded size, every block once and in order', async () => {
  const { target, uploads } = server()
  let bytes = 0
  const sent = await sendBlocks(target, first.cid, source(() => {}), { signal, limit: 250, onBytes: (count) => (bytes += count) })
  expect([...uploads.values()].map((cids) => cids.length)).toEqual([3, 3, 3, 1])
  expect([...uploads.values()].flat()).toEqual(blocks.map(({ cid }) => cid.toString()))
  expect([sent, bytes]).toEqual([{ blocks: 10, bytes: 1000, uploads: ['1', '2', '3', '4'] }, 1000])
})

test('where one part fails, those before it are removed, and the source is let go', async () => {
  const { target, removed } = server(3)
  let isEnded = false
  await expect(sendBlocks(target, first.cid, source(() => (isEnded = true)), { signal, limit: 250 })).rejects.toThrow('the disk is full')
  expect([removed, isEnded]).toEqual([['1', '2'], true])
})
