import * as dagCbor from '@ipld/dag-cbor'
import type { Block } from '@thole/dag'
import { expect, test } from 'vitest'
import { receiveToken, type TokenLimits } from './receive-token.ts'

const tooLarge = expect.objectContaining({ code: 'TOO_LARGE' })

async function token(meta: string, fields: readonly string[], limits?: TokenLimits) {
  const read: string[] = []
  const blocks: Block[] = []
  async function* content(field: string) {
    read.push(field)
    yield Buffer.from(field)
  }
  async function* files() {
    for (const field of fields) yield { field, path: 'f', bytes: content(field) }
  }
  const received = receiveToken({ files: files(), metadata: () => meta }, (block) => void blocks.push(block), { profile: 'nft-storage' }, limits)
  return received.then(({ data, roots }) => ({ data, read, root: dagCbor.decode<Record<string, unknown>>(blocks.find(({ cid }) => cid.equals(roots[0]))!.bytes) }), (error: unknown) => ({ error, read, blocks }))
}

test('the root links what the metadata names', async () => {
  const { data, root } = (await token('{"image":"text","list":[1]}', ['image', 'list.1', 'a.bytes'])) as { data: Record<string, unknown>; root: Record<string, unknown> }
  const url = (link: unknown) => `ipfs://${String(link)}/f`
  const { image, list, a } = root as { image: unknown; list: unknown[]; a: { bytes: unknown } }
  expect(data).toEqual({ image: url(image), list: [1, url(list[1])], a: { bytes: url(a.bytes) } })
  expect(root.type).toBe('nft')
})

test.each<[string, string[], TokenLimits]>([
  ['INVALID_REQUEST', ['image', 'image.bytes', 'more'], {}],
  ['INVALID_REQUEST', ['image.bytes', 'image', 'more'], {}],
  ['TOO_LARGE', ['a', 'b', 'more'], { maxFiles: 1 }],
  ['TOO_LARGE', ['a', 'b.c', 'more'], { maxNodes: 2 }],
])('%s before the file is read whose place is refused: %j', async (code, fields, limits) => {
  expect(await token('{}', fields, limits)).toMatchObject({ error: { code }, read: fields.slice(0, 1) })
})

test('a root that peers would not exchange is neither stored nor told', async () => {
  const meta = JSON.stringify({ text: 'x'.repeat(1000) })
  const refused = await token(meta, ['image'], { maxRootBytes: 1000 })
  expect(refused).toMatchObject({ error: tooLarge })
  expect('blocks' in refused && refused.blocks.every(({ cid }) => cid.code !== dagCbor.code)).toBe(true)
  expect(await token(meta, ['image'], { maxRootBytes: 1200 })).toHaveProperty('root')
})
