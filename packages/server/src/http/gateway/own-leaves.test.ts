import { buildFile, identityBytes, openEntry, parseCid, profiles, readFile } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { ownLeaves } from './own-leaves.ts'

/** Each read is a copy of its own, as from a store. */
async function stored(content: Uint8Array, profile: keyof typeof profiles) {
  const blocks = new Map<string, Uint8Array>()
  const source = { get: async (cid: CID) => new Uint8Array(blocks.get(cid.toString())!) }
  const pieces = async function* () {
    yield content
  }
  const { cid } = await buildFile(pieces(), profiles[profile], (block) => void blocks.set(block.cid.toString(), new Uint8Array(block.bytes)))
  return { source, entry: await openEntry(source, cid) }
}

const content = Buffer.alloc(3_000_000, 'thole')

test('a leaf is freed once it was sent, and is whole when it is read again', async () => {
  const { source, entry } = await stored(content, 'unixfs-v1-2025')
  for (let time = 0; time < 2; time++) {
    const leaves = ownLeaves(source)
    const read: Uint8Array[] = []
    for await (const chunk of readFile(leaves, entry, { from: 10, to: 2_999_999 })) {
      read.push(Uint8Array.from(chunk))
      leaves.free(chunk)
      leaves.free(chunk)
      expect(chunk.length).toBe(0)
    }
    expect(Buffer.concat(read).equals(content.subarray(10, 2_999_999))).toBe(true)
  }
})

test('what may be seen by others stays', async () => {
  const { source, entry } = await stored(content, 'unixfs-v0-2015')
  const leaves = ownLeaves(source)
  for await (const chunk of readFile(leaves, entry)) {
    const { length } = chunk
    leaves.free(chunk)
    expect(chunk.length).toBe(length)
  }
  const inline = parseCid('bafkqabdtmfwwk')
  const identity = ownLeaves({ get: async (cid) => identityBytes(cid)! })
  identity.free(await identity.get(inline))
  leaves.free(entry.bytes)
  expect(Buffer.from(identityBytes(inline)!).toString()).toBe('same')
  expect(entry.bytes.length).toBeGreaterThan(0)
})
