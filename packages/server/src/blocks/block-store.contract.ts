import { codecs, digest, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { afterEach, describe, expect, test } from 'vitest'
import type { BlockStore } from '../ports/block-store.ts'

const sha256 = 0x12

export function block(text: string | Uint8Array, codec: number = codecs.raw, hash = sha256): Block {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  return { cid: CID.createV1(codec, createDigest(hash, digest(hash, bytes))), bytes }
}

export function hashOf({ cid }: Block): Uint8Array {
  return cid.multihash.bytes
}

export async function store(blocks: BlockStore, all: readonly Block[]): Promise<void> {
  const writer = blocks.writer()
  for (const one of all) await writer.put(one)
  await writer.commit()
}

export async function expectStored(blocks: BlockStore, all: readonly Block[]): Promise<void> {
  for (const one of all) {
    expect(Buffer.from((await blocks.get(hashOf(one)))!).equals(one.bytes)).toBe(true)
    expect(await blocks.size(hashOf(one))).toBe(one.bytes.length)
    expect(await blocks.has(hashOf(one))).toBe(true)
  }
}

/** What every BlockStore does. `open` gives an empty one. */
export function blockStoreContract(name: string, open: () => Promise<BlockStore>): void {
  describe(`BlockStore: ${name}`, () => {
    const opened: BlockStore[] = []
    const fresh = async () => {
      const blocks = await open()
      opened.push(blocks)
      return blocks
    }
    afterEach(async () => {
      for (const blocks of opened.splice(0)) await blocks.close()
    })

    test('gives back what was put, and nothing else', async () => {
      const blocks = await fresh()
      const all = [block('a'), block(''), block('b'.repeat(40_000)), block(new Uint8Array(2 * 1024 * 1024).fill(7)), block('c', codecs.raw, 0xb220), block('d', codecs.raw, 0x13)]
      await store(blocks, all)
      await expectStored(blocks, all)
      const other = hashOf(block('other'))
      expect([await blocks.has(other), await blocks.get(other), await blocks.size(other)]).toEqual([false, undefined, undefined])
    })

    test('the same bytes under two codecs are one block', async () => {
      const blocks = await fresh()
      await store(blocks, [block('{}', codecs.raw), block('{}', codecs.dagJson), block('{}', codecs.raw)])
      await expectStored(blocks, [block('{}')])
      expect((await blocks.stats()).blocks).toBe(1)
    })

    test('identity blocks are passed over', async () => {
      const blocks = await fresh()
      const identity = { cid: CID.createV1(codecs.raw, createDigest(0, Buffer.from('inline'))), bytes: Buffer.from('inline') }
      await store(blocks, [identity])
      expect((await blocks.stats()).blocks).toBe(0)
    })

    test('many writers at once, with blocks in common', async () => {
      const blocks = await fresh()
      const common = Array.from({ length: 50 }, (_, i) => block(`common ${i}`))
      const own = Array.from({ length: 8 }, (_, writer) => Array.from({ length: 200 }, (_, i) => block(`writer ${writer}, block ${i}`)))
      await Promise.all(own.map((mine) => store(blocks, [...mine, ...common])))
      await expectStored(blocks, [...own.flat(), ...common])
      expect((await blocks.stats()).blocks).toBe(8 * 200 + 50)
    })

    test('a writer may commit several times', async () => {
      const blocks = await fresh()
      const writer = blocks.writer()
      await writer.put(block('first'))
      await writer.commit()
      await expectStored(blocks, [block('first')])
      await writer.put(block('second'))
      await writer.commit()
      await writer.commit()
      await expectStored(blocks, [block('first'), block('second')])
    })

    test('bytes may be used again after the commit', async () => {
      const blocks = await fresh()
      const bytes = new Uint8Array(100_000).fill(1)
      const one = block(bytes)
      await store(blocks, [one])
      bytes.fill(9)
      expect(Buffer.from((await blocks.get(hashOf(one)))!).every((byte) => byte === 1)).toBe(true)
    })

    test('an abort harms nobody else', async () => {
      const blocks = await fresh()
      const gone = blocks.writer()
      await gone.put(block('given up'))
      await gone.abort()
      await store(blocks, [block('given up'), block('kept')])
      await expectStored(blocks, [block('given up'), block('kept')])
    })
  })
}
