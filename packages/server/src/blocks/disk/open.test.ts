import type { BlockStore } from '../../ports/block-store.ts'
import { blockStoreContract } from '../block-store.contract.ts'
import { openDiskStore, type DiskStoreOptions } from './open.ts'
import { flipBytesOf, testFolders } from './testing/folders.ts'

const newFolder = testFolders()

function contractWith(name: string, options: Partial<DiskStoreOptions>): void {
  const folders = new WeakMap<BlockStore, string>()
  blockStoreContract(name, {
    async open() {
      const folder = await newFolder()
      const blocks = await openDiskStore({ folder, ...options })
      folders.set(blocks, folder)
      return blocks
    },
    corrupt: (blocks, hash) => flipBytesOf(folders.get(blocks)!, hash),
  })
}

contractWith('disk', {})
contractWith('disk, tiny segments', { segmentBytes: 4096, openSegments: 2 })
contractWith('disk, delayed commits', { commitDelayMs: 2, writerBytes: 1000 })
