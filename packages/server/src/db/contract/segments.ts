import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { BlockRow, Db, PlacedBlock } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'

let made = 0
const newSegment = () => ({ id: `segment-${process.pid}-${String(made++).padStart(6, '0')}`, bytes: 1000 })
const hashOf = (name: string) => new Uint8Array(createHash('sha256').update(name).digest())
const texts = (hashes: readonly Uint8Array[]) => hashes.map((hash) => Buffer.from(hash).toString('hex')).toSorted()

function placed(name: string, count: number, from = 0): PlacedBlock[] {
  return Array.from({ length: count }, (_, i) => ({ hash: hashOf(`${name} ${i}`), position: from + i * 10, bytes: 8 }))
}

const record = (db: Db, segment: { id: string; bytes: number }, blocks: readonly PlacedBlock[], stamp = 100) => db.write((w) => w.segments.record(segment, blocks, stamp))
const find = async (db: Db, block: { hash: Uint8Array }): Promise<BlockRow | undefined> => (await db.read((r) => r.segments.find([block.hash])))[0]
const segment = (db: Db, { id }: { id: string }) => db.read((r) => r.segments.segment(id))

export function segmentContract(subject: Subject): void {
  describe('segments', () => {
    it('finds what was recorded, byte for byte', async () => {
      const db = subject.db()
      const mine = newSegment()
      const blocks = placed('found', 1000)
      expect(await record(db, mine, blocks)).toBe(1000)
      const rows = await db.read((r) => r.segments.find([...blocks.slice(0, 999).map(({ hash }) => hash), hashOf('absent')]))
      expect(rows).toHaveLength(999)
      expect(texts(rows.map(({ hash }) => hash))).toEqual(texts(blocks.slice(0, 999).map(({ hash }) => hash)))
      expect(await find(db, blocks[7]!)).toMatchObject({ segment: mine.id, position: 70, bytes: 8, claimed: 100, damaged: false })
      expect(await segment(db, mine)).toEqual({ ...mine, blocks: 1000, live: 1000 * (8 + 32 + 4), created: 100 })
      expect((await db.read((r) => r.segments.blocksOf(mine.id, 50, 3))).map(({ position }) => position)).toEqual([60, 70, 80])
    })

    it('records in several calls; what has a row keeps its place and is claimed', async () => {
      const db = subject.db()
      const [first, second] = [newSegment(), newSegment()]
      const blocks = placed('twice', 10)
      await record(db, first, blocks.slice(0, 4), 200)
      await record(db, first, blocks.slice(4, 6), 250)
      expect(await segment(db, first)).toMatchObject({ blocks: 6, created: 200 })
      expect(await record(db, second, blocks, 300)).toBe(4)
      expect(await find(db, blocks[0]!)).toMatchObject({ segment: first.id, claimed: 300 })
      expect(await find(db, blocks[9]!)).toMatchObject({ segment: second.id, claimed: 300 })
      await record(db, second, blocks.slice(0, 1), 250)
      expect((await find(db, blocks[0]!))?.claimed).toBe(300)
    })

    it('claims what is here and well', async () => {
      const db = subject.db()
      const mine = newSegment()
      const [well, bad] = placed('claimed', 2) as [PlacedBlock, PlacedBlock]
      await record(db, mine, [well, bad], 10)
      await db.write((w) => w.segments.quarantine({ ...bad, segment: mine.id }))
      const claimed = await db.write((w) => w.segments.claim([well.hash, bad.hash, hashOf('absent')], 500))
      expect(texts(claimed)).toEqual(texts([well.hash]))
      await db.write((w) => w.segments.claim([well.hash], 400))
      expect((await find(db, well))?.claimed).toBe(500)
      expect((await find(db, bad))?.claimed).toBe(10)
    })

    it('quarantines once, where the block still lies; recording it anew makes it well', async () => {
      const db = subject.db()
      const [mine, other] = [newSegment(), newSegment()]
      const blocks = placed('damaged', 3)
      await record(db, mine, blocks)
      const bad = { ...blocks[1]!, segment: mine.id }
      const before = await db.read((r) => r.segments.totals())
      expect(await db.write((w) => w.segments.quarantine({ ...bad, position: 999 }))).toBe(false)
      expect(await db.write((w) => w.segments.quarantine(bad))).toBe(true)
      expect(await db.write((w) => w.segments.quarantine(bad))).toBe(false)
      const damaged = await db.read((r) => r.segments.damaged(undefined, 1000))
      expect(texts(damaged.map(({ hash }) => hash))).toContain(texts([bad.hash])[0])
      expect(damaged.find(({ segment }) => segment === mine.id)).toMatchObject({ position: 10, bytes: 8, damaged: true })
      expect(await db.read((r) => r.segments.damaged(damaged.at(-1)!.hash, 1000))).toEqual([])
      expect(await segment(db, mine)).toMatchObject({ blocks: 2, live: 2 * 44 })
      expect(await db.read((r) => r.segments.totals())).toMatchObject({ blocks: before.blocks, damaged: before.damaged + 1 })
      expect(await record(db, other, [blocks[1]!], 700)).toBe(1)
      expect(await find(db, bad)).toMatchObject({ segment: other.id, damaged: false, claimed: 700 })
      expect(await segment(db, other)).toMatchObject({ blocks: 1, live: 44 })
      expect((await db.read((r) => r.segments.totals())).damaged).toBe(before.damaged)
    })

    it('drops what nobody claimed since, and a segment that nothing is read from', async () => {
      const db = subject.db()
      const mine = newSegment()
      const blocks = placed('dropped', 10)
      await record(db, mine, blocks, 100)
      await db.write((w) => w.segments.claim([blocks[0]!.hash], 150))
      await db.write((w) => w.segments.quarantine({ ...blocks[1]!, segment: mine.id }))
      const hashes = blocks.slice(0, 9).map(({ hash }) => hash)
      expect(await db.write((w) => w.segments.drop(hashes, 100))).toEqual([])
      expect(texts(await db.write((w) => w.segments.drop(hashes, 150)))).toEqual(texts(hashes.slice(1)))
      expect(await segment(db, mine)).toMatchObject({ blocks: 2, live: 2 * 44 })
      expect(await db.write((w) => w.segments.removeSegment(mine.id))).toBe(false)
      await db.write((w) => w.segments.drop(blocks.map(({ hash }) => hash), 1000))
      expect(await db.write((w) => w.segments.removeSegment(mine.id))).toBe(true)
      expect(await segment(db, mine)).toBeUndefined()
    })

    it('moves blocks from where they lie', async () => {
      const db = subject.db()
      const [a, b, into] = [newSegment(), newSegment(), newSegment()]
      const [inA, inB] = [placed('in a', 3), placed('in b', 3)]
      await record(db, a, inA)
      await record(db, b, inB)
      await record(db, into, [], 300)
      await db.write((w) => w.segments.quarantine({ ...inA[2]!, segment: a.id }))
      const all = [...inA.map(({ hash }) => ({ hash, from: a.id })), { hash: inB[0]!.hash, from: b.id }, { hash: inB[1]!.hash, from: a.id }]
      expect(await db.write((w) => w.segments.move(into.id, all.map((one, i) => ({ ...one, position: 500 + i }))))).toBe(3)
      expect(await find(db, inA[1]!)).toMatchObject({ segment: into.id, position: 501, claimed: 100 })
      expect(await find(db, inB[1]!)).toMatchObject({ segment: b.id, position: 10 })
      expect([await segment(db, a), await segment(db, b), await segment(db, into)]).toMatchObject([{ blocks: 0, live: 0 }, { blocks: 2, live: 88 }, { blocks: 3, live: 132 }])
      expect(await db.write((w) => w.segments.removeSegment(a.id))).toBe(true)
    })

    it('walks segments by id, and those that blocks name', async () => {
      const db = subject.db()
      const some = [newSegment(), newSegment(), newSegment()]
      for (const [i, one] of some.entries()) await record(db, one, placed(`walked ${i}`, i))
      const before = `${some[0]!.id.slice(0, -1)}`
      const ids = (await db.read((r) => r.segments.segments(before, 100))).map(({ id }) => id)
      expect(ids.filter((id) => some.some((one) => one.id === id))).toEqual(some.map(({ id }) => id))
      expect(await db.read((r) => r.segments.nextNamed(some[0]!.id))).toBe(some[1]!.id)
      expect(await db.read((r) => r.segments.nextNamed(some[1]!.id))).toBe(some[2]!.id)
    })

    it('lets a claim and a drop of the same blocks race: each block is claimed or gone', async () => {
      const blocks = placed('raced', 1000)
      const mine = newSegment()
      await record(subject.db(), mine, blocks, 100)
      const slices = Array.from({ length: 20 }, (_, i) => blocks.slice(i * 50, i * 50 + 50).map(({ hash }) => hash))
      const claiming = slices.map((hashes) => subject.db().write((w) => w.segments.claim(hashes, 200)))
      const dropping = slices.toReversed().map((hashes) => subject.other().write((w) => w.segments.drop(hashes, 150)))
      const claimed = texts((await Promise.all(claiming)).flat())
      const dropped = texts((await Promise.all(dropping)).flat())
      expect([...claimed, ...dropped].toSorted()).toEqual(texts(blocks.map(({ hash }) => hash)))
      expect((await segment(subject.db(), mine))?.blocks).toBe(claimed.length)
    })
  })
}
