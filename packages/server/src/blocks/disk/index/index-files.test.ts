import { expect, test } from 'vitest'
import { block, hashOf } from '../../testing/blocks.ts'
import { nodeFiles } from '../files.ts'
import { loadKey, makeFolders } from '../folder.ts'
import { newSegment } from '../segments/segment.ts'
import { Segments } from '../segments/segments.ts'
import { testFolders } from '../testing/folders.ts'
import { BlockIndex } from './block-index.ts'
import { readBatches } from './index-batches.ts'
import { IndexFiles } from './index-files.ts'

const newFolder = testFolders()

test('a batch that had to wait accounts for the bytes of its entries, not for what has become durable meanwhile', async () => {
  const folder = await newFolder()
  await makeFolders(folder)
  const key = await loadKey(folder)
  const free = Promise.withResolvers<void>()
  const files = { ...nodeFiles, remove: () => free.promise }
  const index = new BlockIndex(key)
  const segments = new Segments()
  const indexFiles = new IndexFiles({ key, index, segments, files })
  const segment = newSegment(folder, 1, 0, 0)
  segments.add(segment)

  index.add(hashOf(block('first')), 1, 100, 10)
  segment.durable = segment.end = 110
  const removing = indexFiles.remove(newSegment(folder, 2, 0, 0))
  const saving = indexFiles.save(segment, 1)
  index.add(hashOf(block('second')), 1, 150, 10)
  segment.durable = segment.end = 160
  segment.sealed = true
  free.resolve()
  await Promise.all([removing, saving])

  const batches = []
  for await (const { to, sealed } of readBatches(key, segment.indexPath, 1)) batches.push({ to, sealed })
  expect(batches).toEqual([{ to: 110, sealed: false }])
  expect(segment).toMatchObject({ indexed: 110, indexedOrdinal: 1 })
})
