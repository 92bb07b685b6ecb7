import type { Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Log } from '../../ports/log.ts'
import type { BlockServer, FetchSession } from '../../ports/network.ts'

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} }
export const noBlocks: BlockServer = { get: async () => undefined, size: async () => undefined }

/** Serves these blocks. */
export function serving(blocks: Block[]): BlockServer {
  const byCid = new Map(blocks.map(({ cid, bytes }) => [cid.toString(), bytes]))
  return { get: async (cid) => byCid.get(cid.toString()), size: async (cid) => byCid.get(cid.toString())?.length }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Wants all of these, never more than the window at once, and returns them in order of arrival. */
export async function fetchAll(session: FetchSession, cids: CID[], onBlock: (block: Block) => void = () => {}): Promise<Block[]> {
  const got: Block[] = []
  let next = session.window
  session.want(cids.slice(0, next))
  for await (const block of session.blocks) {
    got.push(block)
    onBlock(block)
    if (got.length === cids.length) break
    session.want(cids.slice(next, ++next))
  }
  await session.close()
  return got
}

export function sorted(blocks: Block[]): string[] {
  return blocks.map(({ cid }) => cid.toString()).toSorted()
}

/** Waits until this holds, or fails after `patience` ms. */
export async function until(holds: () => boolean, patience = 10_000): Promise<void> {
  const end = Date.now() + patience
  while (!holds()) {
    if (Date.now() > end) throw new Error(`did not become true within ${patience} ms: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
