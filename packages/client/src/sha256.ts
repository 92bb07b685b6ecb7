import { digest, hashes } from '@thole/dag/light'

/** Shorter bytes are hashed here before another thread could be asked. */
const worthAsking = 16_384

/**
 * SHA-256, by the platform's threads where it has any for this page: pages by plain http, but of this machine, do not get
 * `crypto.subtle`.
 */
export function sha256(bytes: Uint8Array): Promise<Uint8Array> | Uint8Array {
  const { subtle } = globalThis.crypto
  if (subtle === undefined || bytes.length < worthAsking) return digest(hashes.sha256, bytes)
  return subtle.digest('SHA-256', bytes as BufferSource).then((found) => new Uint8Array(found))
}
