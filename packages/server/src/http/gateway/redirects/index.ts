import { type BlockSource, type Entry, resolvePath } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Retrieval } from '../../../domain/retrieval/index.ts'
import { fault, toFault } from '../../../kernel/faults.ts'
import { type Match, findRule } from './apply.ts'
import { maxRedirectsBytes, parseRedirects, tooLarge, type Rule } from './parse.ts'

export { withQuery, type Match } from './apply.ts'
export { isRedirect } from './parse.ts'

/** The `_redirects` files of sites: what they say of paths that are not there. */
export interface Redirects {
  /**
   * What the file in this directory (path below the root) says of a path, percent-encoded, from its first slash on. undefined: nothing.
   * Fault REDIRECTS_BROKEN where there is one that cannot be read.
   */
  find(root: CID, prefix: readonly string[], path: string, signal: AbortSignal): Promise<Match | undefined>
}

/** Files whose rules, or error, are remembered: to read one again at each request would be costly. */
const maxKept = 32

export function createRedirects(retrieval: Pick<Retrieval, 'get' | 'content'>): Redirects {
  const kept = new Map<string, Rule[] | Error>()

  async function rulesOf(root: CID, prefix: readonly string[], signal: AbortSignal): Promise<Rule[]> {
    const found = await findFile(retrieval, root, [...prefix, '_redirects'], signal)
    if (found === undefined) return []
    const key = found.cid.toString()
    const known = kept.get(key) ?? rulesOrError(await bytesOf(retrieval, found, signal))
    for (const oldest of kept.keys()) if (kept.size >= maxKept && !kept.has(key)) kept.delete(oldest)
    kept.set(key, known)
    if (known instanceof Error) throw known
    return known
  }

  return {
    async find(root, prefix, path, signal) {
      const rules = await rulesOf(root, prefix, signal).catch((cause: unknown) => {
        const { code, data, message } = toFault(cause)
        if (code === 'ABORTED' || code === 'BLOCKED' || code === 'BLOCKED_BY_LAW') throw cause
        throw fault('REDIRECTS_BROKEN', { reason: code === 'INTERNAL' ? (cause as Error).message : (data.reason ?? message) }, { cause })
      })
      return findRule(rules, path)
    },
  }
}

/** undefined: there is no such file; a block that is not here is an error. */
async function findFile(source: BlockSource, root: CID, path: readonly string[], signal: AbortSignal): Promise<Entry | undefined> {
  try {
    const { entry } = await resolvePath(source, root, path, { signal })
    return entry.kind === 'file' || entry.kind === 'raw' ? entry : undefined
  } catch (error) {
    const { code, data } = toFault(error)
    if (code === 'NOT_FOUND' && data.what === undefined) return undefined
    throw error
  }
}

function rulesOrError(bytes: Uint8Array): Rule[] | Error {
  try {
    return parseRedirects(bytes)
  } catch (error) {
    return error as Error
  }
}

async function bytesOf({ content }: Pick<Retrieval, 'content'>, file: Entry, signal: AbortSignal): Promise<Uint8Array> {
  if (file.kind === 'raw') return file.bytes
  const size = file.size ?? 0
  if (size > maxRedirectsBytes) throw tooLarge()
  const chunks: Uint8Array[] = []
  for await (const chunk of content(file, { signal }).read({ from: 0, to: size })) chunks.push(Uint8Array.from(chunk))
  return Buffer.concat(chunks)
}
