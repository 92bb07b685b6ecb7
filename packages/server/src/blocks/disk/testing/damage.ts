import { open, readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type { Block } from '@thole/dag'
import type { BlockStore, Multihash } from '../../../ports/block-store.ts'
import { hashOf } from '../../testing/blocks.ts'

export const damaged = { code: 'BLOCK_DAMAGED' }

export const hex = (hash: Multihash) => Buffer.from(hash).toString('hex')

export async function expectDamaged(disk: BlockStore, all: readonly Block[]): Promise<void> {
  for (const one of all) {
    await expect(disk.get(hashOf(one))).rejects.toMatchObject(damaged)
    await expect(disk.getRun([hashOf(one)])).rejects.toMatchObject(damaged)
    expect([await disk.has(hashOf(one)), await disk.size(hashOf(one))]).toEqual([false, undefined])
  }
}

export async function scrubbed(disk: BlockStore): Promise<{ blocks: number; damaged: string[] }> {
  let blocks = 0
  const names: string[] = []
  for await (const step of disk.scrub()) {
    blocks += step.blocks
    names.push(...step.damaged.map(hex))
  }
  return { blocks, damaged: names }
}

export async function problemsOf(disk: BlockStore): Promise<string[]> {
  const problems: string[] = []
  for await (const step of disk.check()) problems.push(...step.problems)
  return problems
}

/** Changes the byte at `at` of the only place where `needle` lies. */
export async function flipAt(path: string, needle: Uint8Array, at: number): Promise<void> {
  const bytes = await readFile(path)
  const position = bytes.indexOf(needle) + at
  const file = await open(path, 'r+')
  await file.write(Uint8Array.of(bytes[position]! ^ 4), 0, 1, position)
  await file.close()
}
