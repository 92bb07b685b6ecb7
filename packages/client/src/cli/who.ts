import { TholeError } from '../errors.ts'
import { connect } from '../http/connection.ts'
import type { Access } from './credentials.ts'
import { keyClaims, type KeyClaims } from './key-claims.ts'

export interface Who extends Partial<KeyClaims> {
  url: string
  /** What the account holds, where the key may see it. */
  usage?: { bytes: number; blocks: number; dags: number; uploads: number }
}

/** Whose key it is, asked of the server. @throws TholeError UNAUTHENTICATED and others */
export async function whoIs({ url, key }: Access, signal: AbortSignal): Promise<Who> {
  if (key === undefined) throw new TholeError('UNAUTHENTICATED', `there is no key for ${url}: set THOLE_KEY, or "thole login ${url}"`)
  const usage = await connect({ url, key })
    .json<Who['usage']>('api/v1/usage', { signal })
    .catch((error: unknown) => {
      // It knows the key, and the key may not see this.
      if (error instanceof TholeError && error.code === 'SCOPE_MISSING') return undefined
      throw error
    })
  return { url, ...keyClaims(key), usage }
}
