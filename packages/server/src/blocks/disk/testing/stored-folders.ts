import type { Block } from '@thole/dag'
import { block } from '../../testing/blocks.ts'
import { store } from '../../testing/store.ts'
import { openDiskStore } from '../open.ts'
import { testFolders } from './folders.ts'

export const numbered = (name: string, count: number, size = 300): Block[] => Array.from({ length: count }, (_, i) => block(`${name} ${i} `.padEnd(size, 'x')))

/** Makes folders of closed stores that have these blocks, and removes them after each test. */
export function storedFolders(): (blocks: Block[], segmentBytes?: number) => Promise<string> {
  const newFolder = testFolders()
  return async (blocks, segmentBytes) => {
    const folder = await newFolder()
    const disk = await openDiskStore({ folder, segmentBytes })
    await store(disk, blocks)
    await disk.close()
    return folder
  }
}
