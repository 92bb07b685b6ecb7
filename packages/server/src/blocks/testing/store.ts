import type { Block } from '@thole/dag'
import { expect } from 'vitest'
import type { BlockStore, SweepOptions } from '../../ports/block-store.ts'
import { hashOf } from './blocks.ts'

export async function store(blocks: BlockStore, all: readonly Block[]): Promise<void> {
  const writer = blocks.writer()
  for (const one of all) await writer.put(one)
  await writer.commit()
  await writer.end()
}

/** Marks these, sweeps the rest; how many blocks went. */
export async function reclaimAllBut(blocks: BlockStore, wanted: readonly Block[], options?: SweepOptions): Promise<number> {
  await using run = await blocks.reclaim()
  await run.mark(wanted.map(hashOf))
  let freed = 0
  for await (const step of run.sweep(options)) freed += step.blocks
  return freed
}

export async function expectStored(blocks: BlockStore, all: readonly Block[]): Promise<void> {
  for (const one of all) {
    expect(Buffer.from((await blocks.get(hashOf(one)))!).equals(one.bytes)).toBe(true)
    expect(await blocks.size(hashOf(one))).toBe(one.bytes.length)
    expect(await blocks.has(hashOf(one))).toBe(true)
  }
}

export async function expectAbsent(blocks: BlockStore, all: readonly Block[]): Promise<void> {
  for (const one of all) expect([await blocks.has(hashOf(one)), await blocks.get(hashOf(one)), await blocks.getRun([hashOf(one)])]).toEqual([false, undefined, []])
}
