import { readCar } from '@thole/dag'
import type { Api } from './api.ts'
import type { Content } from './model.ts'
import { contentOf, filesOf } from './recipe.ts'

/** What is wrong with how a root is served, byte for byte; undefined: nothing. */
export async function matchesContent(api: Api, content: Content): Promise<string | undefined> {
  const { root, recipe } = content
  content.read = true
  for (const { path, pieces } of filesOf(recipe)) {
    const address = `/ipfs/${[root, ...path.split('/').filter(Boolean).map(encodeURIComponent)].join('/')}`
    const { status, bytes } = await api.bytes(address)
    if (status !== 200) return `${address}: ${status} ${Buffer.from(bytes.subarray(0, 200)).toString()}`
    const wanted = contentOf(pieces)
    if (Buffer.compare(bytes, wanted) !== 0) return `${address}: ${bytes.length} bytes that are not the ${wanted.length} that were sent`
  }
  return undefined
}

/** The same of its export as CAR: every block, nothing else. */
export async function matchesCar(api: Api, content: Content): Promise<string | undefined> {
  const { root, sizes } = content
  content.read = true
  const address = `/ipfs/${root}?format=car`
  const { status, bytes } = await api.bytes(address)
  if (status !== 200) return `${address}: ${status} ${Buffer.from(bytes.subarray(0, 200)).toString()}`
  const found = new Set<string>()
  try {
    const { blocks } = await readCar(oneOf(bytes))
    for await (const { cid } of blocks) found.add(cid.toString())
  } catch (error) {
    return `${address}: ${String(error)}`
  }
  const lacking = [...sizes.keys()].filter((cid) => !found.has(cid))
  if (lacking.length > 0 || found.size !== sizes.size) return `${address}: ${found.size} blocks of ${sizes.size}, ${lacking.length} lacking (${lacking[0]})`
  return undefined
}

/** And of what our API says about it. */
export async function matchesDescription(api: Api, { root, sizes }: Content): Promise<string | undefined> {
  const { status, body } = await api.json(`/api/v1/dags/${root}`)
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  const isRight = status === 200 && body.state === 'complete' && body.blocks === sizes.size && body.bytes === bytes && body.missingCount === 0
  return isRight ? undefined : `/api/v1/dags/${root}: ${status} ${JSON.stringify(body)} instead of complete, ${sizes.size} blocks, ${bytes} bytes`
}

async function* oneOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
