import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CID } from 'multiformats/cid'
import { openDiskStore } from '../../packages/server/src/blocks/index.ts'
import type { Multihash } from '../../packages/server/src/ports/block-store.ts'
import { timed } from '../measure.ts'

/**
 * `store.ts FOLDER BLOCKS SECONDS`: puts so many blocks of 200 bytes into a disk store, asks for random ones, and prints what that
 * took as JSON. A program of its own, so that its memory is the store's. Needs --expose-gc.
 */
export interface StoreFigures {
  /** Per second. */
  put: number
  has: number
  get: number
  /** Bytes of resident memory for a million blocks. */
  growth: number
}

const blockBytes = 200
const hashBytes = 34
const [folder = '', count = '0', seconds = '1'] = process.argv.slice(2)
const blocks = Number(count)
const hashes = numberedHashes(blocks)

const store = await openDiskStore({ folder })
// What does not grow, slabs and code, is there before memory is looked at.
const warm = Math.floor(blocks / 20)
await put(0, warm)
const before = resident()
const putting = await timed(() => put(warm, blocks))
const growth = ((resident() - before) / (blocks - warm)) * 1e6
const has = await perSecond((hash) => store.has(hash))
const get = await perSecond((hash) => store.get(hash))
await store.close()
const figures: StoreFigures = { put: (blocks - warm) / putting, has, get, growth }
process.stdout.write(`${JSON.stringify(figures)}\n`)

async function put(from: number, to: number): Promise<void> {
  await using writer = store.writer()
  for (let i = from; i < to; i++) {
    const bytes = numbered(i)
    // All that a store looks at: building a million true CIDs would be measured too.
    const cid = { bytes: Buffer.concat([Buffer.from([1, 0x55]), hashOf(i)]), multihash: { code: 0x12, bytes: hashOf(i) } } as unknown as CID
    await writer.put({ cid, bytes })
  }
  await writer.commit()
}

async function perSecond(ask: (hash: Multihash) => unknown): Promise<number> {
  const end = performance.now() + Number(seconds) * 1000
  let asked = 0
  const taken = await timed(async () => {
    for (let state = 1; performance.now() < end; await nextTurn()) {
      for (let i = 0; i < 1000; i++, asked++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0
        if ((await ask(hashOf(state % blocks))) === undefined) throw new Error('a block is not there')
      }
    }
  })
  return asked / taken
}

function numbered(i: number): Buffer {
  const bytes = Buffer.alloc(blockBytes, 'thole')
  bytes.writeUInt32LE(i)
  return bytes
}

function numberedHashes(blocks: number): Buffer {
  const all = Buffer.alloc(blocks * hashBytes)
  for (let i = 0; i < blocks; i++) {
    all[i * hashBytes] = 0x12
    all[i * hashBytes + 1] = 0x20
    createHash('sha256').update(numbered(i)).digest().copy(all, i * hashBytes + 2)
  }
  return all
}

function hashOf(i: number): Multihash {
  return hashes.subarray(i * hashBytes, (i + 1) * hashBytes)
}

function resident(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  return process.memoryUsage.rss()
}
