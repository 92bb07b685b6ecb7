import { expect, test } from 'vitest'
import type { Api } from './api.ts'
import { Model, type Content } from './model.ts'
import { matchesPartial } from './partial-check.ts'

/** A tree of eight leaves below two nodes and a root. */
async function tree(): Promise<{ content: Content; root: string; inner: string[]; leaves: string[] }> {
  const pieces = Array.from({ length: 8 }, (_, i) => ({ name: `leaf ${i}`, length: 64 }))
  const { content } = await new Model().content({ kind: 'tree', pieces, chunkBytes: 64, width: 4 }, 1)
  const inner = content.links.get(content.root)!
  return { content, root: content.root, inner, leaves: inner.flatMap((cid) => content.links.get(cid)!) }
}

/** An API that describes the DAG so. */
function telling(body: { state?: string; missing: string[]; missingCount?: number }): Api {
  const missing = body.missing.map((cid) => ({ cid, path: '' }))
  return { url: '', bytes: () => Promise.reject(new Error('not asked for')), json: async () => ({ status: 200, body: { state: 'partial', missingCount: missing.length, ...body, missing } }) }
}

const known = (acknowledged: string[], sent = acknowledged) => ({ acknowledged: new Set(acknowledged), sent: new Set(sent) })

test('what was never sent is missing next to what is here', async () => {
  const { content, root, inner, leaves } = await tree()
  const here = known([root, inner[0]!, leaves[0]!])
  const right = [...leaves.slice(1, 4), inner[1]!]
  expect(await matchesPartial(telling({ missing: right }), content, here)).toBeUndefined()
  expect(await matchesPartial(telling({ missing: right.slice(1) }), content, here)).toMatch(/is missing and not named/)
  expect(await matchesPartial(telling({ missing: [...right, leaves[0]!] }), content, here)).toMatch(/was acknowledged/)
  expect(await matchesPartial(telling({ missing: [...right, leaves[7]!] }), content, here)).toMatch(/not next to/)
})

test('what was sent without an answer may be missing or not', async () => {
  const { content, root, inner } = await tree()
  const perhaps = known([root], [root, inner[0]!, ...content.links.get(inner[0]!)!])
  for (const missing of [inner, [inner[1]!, ...content.links.get(inner[0]!)!], [inner[1]!]]) {
    expect(await matchesPartial(telling({ missing }), content, perhaps)).toBeUndefined()
  }
  expect(await matchesPartial(telling({ missing: [inner[0]!] }), content, perhaps)).toMatch(/is missing and not named/)
})

test('complete only where everything may be here', async () => {
  const { content, root } = await tree()
  const all = [...content.sizes.keys()]
  expect(await matchesPartial(telling({ state: 'complete', missing: [] }), content, known([root], all))).toBeUndefined()
  expect(await matchesPartial(telling({ state: 'complete', missing: [] }), content, known([root], all.slice(1)))).toMatch(/never sent/)
})

test('parts whose root has not come: the root alone is missing', async () => {
  const { content, root, leaves } = await tree()
  expect(await matchesPartial(telling({ missing: [root] }), content, known(leaves))).toBeUndefined()
  expect(await matchesPartial(telling({ missing: [] }), content, known(leaves))).toBeUndefined()
})
