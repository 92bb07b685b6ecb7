import { codecs, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { afterEach, describe, expect, test } from 'vitest'
import type { BlockStore, Multihash } from '../ports/block-store.ts'
import { block, hashOf } from './testing/blocks.ts'
import { expectAbsent, expectStored, reclaimAllBut, store } from './testing/store.ts'

export interface ContractSubject {
  /** An empty store. */
  open(): Promise<BlockStore>
  /** Changes a byte of a stored block behind the back of a store that `open` gave. */
  corrupt(blocks: BlockStore, hash: Multihash): Promise<void>
}

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => block(`${name} ${i}`))

/** What every BlockStore does. */
export function blockStoreContract(name: string, { open, corrupt }: ContractSubject): void {
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

    test('tells what each segment holds, where it has such', async () => {
      const blocks = await fresh()
      const all = [block('a'.repeat(10_000)), block('b'.repeat(20_000))]
      await store(blocks, all)
      const [{ segments: number, bytes }, segments] = [await blocks.stats(), await blocks.segments(100)]
      expect(segments).toHaveLength(number)
      expect(await blocks.segments(0)).toEqual([])
      if (number === 0) return
      const sum = (of: (segment: (typeof segments)[number]) => number) => segments.reduce((total, segment) => total + of(segment), 0)
      expect(sum((segment) => segment.bytes)).toBe(bytes)
      expect(sum((segment) => segment.live)).toBeGreaterThanOrEqual(30_000)
      expect(sum((segment) => segment.live)).toBeLessThanOrEqual(bytes)
      expect(sum((segment) => segment.damaged ?? 0)).toBe(0)
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

    test('bytes may be used again after the put', async () => {
      const blocks = await fresh()
      const bytes = new Uint8Array(100_000).fill(1)
      const one = block(bytes)
      await using writer = blocks.writer()
      await writer.put(one)
      bytes.fill(9)
      await writer.commit()
      expect(Buffer.from((await blocks.get(hashOf(one)))!).every((byte) => byte === 1)).toBe(true)
    })

    test('an abort harms nobody else', async () => {
      const blocks = await fresh()
      const gone = blocks.writer()
      await gone.put(block('given up'))
      await gone.end()
      await store(blocks, [block('given up'), block('kept')])
      await expectStored(blocks, [block('given up'), block('kept')])
    })

    test('a run of blocks comes in order, by as few reads as the medium allows', async () => {
      const blocks = await fresh()
      const all = Array.from({ length: 20 }, (_, i) => block(`${i} `.repeat(10_000)))
      await store(blocks, all)
      const got: Uint8Array[] = []
      while (got.length < all.length) {
        const run = await blocks.getRun(all.slice(got.length).map(hashOf), { maxBytes: 100_000 })
        expect(run.length).toBeGreaterThan(0)
        got.push(...run)
      }
      expect(got.map((bytes) => Buffer.from(bytes).toString())).toEqual(all.map(({ bytes }) => Buffer.from(bytes).toString()))
      expect(await blocks.getRun([hashOf(block('absent')), hashOf(all[0]!)])).toEqual([])
      expect(await blocks.getRun([hashOf(all[0]!), hashOf(block('absent'))])).toHaveLength(1)
    })

    test('a writer claims what is here', async () => {
      const blocks = await fresh()
      await store(blocks, [block('here'), block('')])
      await using writer = blocks.writer()
      expect(await writer.claim([hashOf(block('here')), hashOf(block('absent')), hashOf(block(''))])).toEqual([4, undefined, 0])
    })

    test('reclaim frees what nobody marked', async () => {
      const blocks = await fresh()
      const wanted = numbered('wanted', 300)
      const unwanted = numbered('unwanted', 700)
      await store(blocks, wanted.flatMap((one, i) => [one, ...unwanted.slice(i * 2, i * 2 + 2)]))
      await store(blocks, unwanted)
      expect(await reclaimAllBut(blocks, wanted)).toBe(700)
      await expectStored(blocks, wanted)
      await expectAbsent(blocks, unwanted)
      expect((await blocks.stats()).blocks).toBe(300)
      await store(blocks, unwanted)
      await expectStored(blocks, [...wanted, ...unwanted])
    })

    test('reclaim gives bytes back', async () => {
      const blocks = await fresh()
      const all = Array.from({ length: 40 }, (_, i) => block(new Uint8Array(50_000).fill(i)))
      await store(blocks, all)
      const before = (await blocks.stats()).bytes
      await reclaimAllBut(blocks, all.slice(0, 4))
      await expectStored(blocks, all.slice(0, 4))
      expect((await blocks.stats()).bytes).toBeLessThan(before * 0.3)
    })

    test('reclaim spares what writers rely on, from before it and since', async () => {
      const blocks = await fresh()
      await store(blocks, [...numbered('old', 5), block('unwanted')])
      await using earlier = blocks.writer()
      await earlier.put(block('old 0'))
      await earlier.claim([hashOf(block('old 1'))])
      await earlier.put(block('new 0'))
      const run = await blocks.reclaim()
      await using later = blocks.writer()
      await later.put(block('old 2'))
      await later.claim([hashOf(block('old 3'))])
      await later.put(block('new 1'))
      await later.commit()
      await earlier.commit()
      await run.mark([hashOf(block('old 4'))])
      for await (const _ of run.sweep());
      await run.end()
      await expectStored(blocks, [...numbered('old', 5), ...numbered('new', 2)])
      await expectAbsent(blocks, [block('unwanted')])
    })

    test('a block that a writer relies on while the sweep goes on is kept or seen to be gone', async () => {
      const blocks = await fresh()
      const all = numbered('block', 5_000)
      await store(blocks, all)
      const run = await blocks.reclaim()
      await using writer = blocks.writer()
      const kept: Block[] = []
      const claiming = (async () => {
        for (let i = 0; i < all.length; i += 50) {
          const few = all.slice(i, i + 50)
          const sizes = await writer.claim(few.map(hashOf))
          kept.push(...few.filter((_, at) => sizes[at] !== undefined))
          await new Promise(setImmediate)
        }
      })()
      for await (const _ of run.sweep());
      await claiming
      await run.end()
      await expectStored(blocks, kept)
    })

    test('what a writer let go is swept by the next reclaim', async () => {
      const blocks = await fresh()
      await store(blocks, [block('let go')])
      expect(await reclaimAllBut(blocks, [])).toBe(1)
      await expectAbsent(blocks, [block('let go')])
    })

    test('one reclaim at a time; without a sweep nothing changes', async () => {
      const blocks = await fresh()
      await store(blocks, [block('a')])
      const run = await blocks.reclaim()
      await expect(blocks.reclaim()).rejects.toMatchObject({ code: 'CONFLICT' })
      await run.end()
      await expectStored(blocks, [block('a')])
      await (await blocks.reclaim()).end()
    })

    test('a damaged block is told and never served, until it is stored anew', async () => {
      const blocks = await fresh()
      const all = numbered('block', 10)
      await store(blocks, all)
      const told: Multihash[] = []
      const stop = blocks.onDamage((hash) => told.push(hash))
      const bad = all[3]!
      await corrupt(blocks, hashOf(bad))
      await expect(blocks.get(hashOf(bad))).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
      await expect(blocks.get(hashOf(bad))).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
      await expect(blocks.getRun([hashOf(bad)])).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
      expect(told.map((hash) => Buffer.from(hash))).toEqual([Buffer.from(hashOf(bad))])
      expect(await blocks.has(hashOf(bad))).toBe(false)
      expect((await blocks.damaged(10)).map((hash) => Buffer.from(hash))).toEqual([Buffer.from(hashOf(bad))])
      expect((await blocks.stats()).damaged).toBe(1)
      await expectStored(blocks, all.filter((one) => one !== bad))
      await store(blocks, [bad])
      await expectStored(blocks, all)
      expect(await blocks.damaged(10)).toEqual([])
      stop()
    })

    test('a scrub finds what nobody read', async () => {
      const blocks = await fresh()
      const all = numbered('block', 100)
      await store(blocks, all)
      await corrupt(blocks, hashOf(all[70]!))
      const found: Multihash[] = []
      let seen = 0
      for await (const step of blocks.scrub()) {
        found.push(...step.damaged)
        seen += step.blocks
      }
      expect(seen).toBe(100)
      expect(found.map((hash) => Buffer.from(hash))).toEqual([Buffer.from(hashOf(all[70]!))])
      await expect(blocks.get(hashOf(all[70]!))).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
    })

    test('a scrub goes on where it was', async () => {
      const blocks = await fresh()
      await store(blocks, numbered('block', 10))
      let after: string | undefined
      for await (const step of blocks.scrub()) after = step.cursor
      let seen = 0
      for await (const step of blocks.scrub({ after })) seen += step.blocks
      expect(seen).toBe(0)
    })

    test('a check finds nothing wrong with a store that is well', async () => {
      const blocks = await fresh()
      await store(blocks, numbered('block', 100))
      await reclaimAllBut(blocks, numbered('block', 50))
      const problems: string[] = []
      let counted = 0
      for await (const step of blocks.check()) {
        problems.push(...step.problems)
        counted += step.blocks
      }
      expect(problems).toEqual([])
      expect(counted).toBe(50)
    })
  })
}
