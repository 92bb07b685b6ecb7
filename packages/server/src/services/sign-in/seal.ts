import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Keeps short secrets closed in the database, for whoever has no more than that. */
export interface Seal {
  /** `owner`: whose it is; it opens for nobody else. */
  close(text: string, owner: string): string
  /** What is not closed is returned as it is. Undefined: it was closed with another secret, or for another. */
  open(stored: string, owner: string): string | undefined
  /** Whether it should be stored anew. */
  isOpen(stored: string): boolean
}

const mark = 'sealed:1:'
const cipher = 'aes-256-gcm'
const lengths = { key: 32, nonce: 12, tag: 16 } as const

/** AES-256-GCM under a key of its own (HKDF, RFC 5869). Without a secret everything stays open. */
export function createSeal(secret: string | undefined): Seal {
  const key = secret === undefined ? undefined : Buffer.from(hkdfSync('sha256', secret, '', 'thole one-time codes', lengths.key))
  return {
    close(text, owner) {
      if (!key) return text
      const nonce = randomBytes(lengths.nonce)
      const closing = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(owner))
      const body = Buffer.concat([closing.update(text, 'utf8'), closing.final()])
      return mark + Buffer.concat([nonce, body, closing.getAuthTag()]).toString('base64url')
    },

    open(stored, owner) {
      if (!stored.startsWith(mark)) return stored
      const bytes = Buffer.from(stored.slice(mark.length), 'base64url')
      if (!key || bytes.length < lengths.nonce + lengths.tag) return undefined
      const opening = createDecipheriv(cipher, key, bytes.subarray(0, lengths.nonce), { authTagLength: lengths.tag }).setAAD(Buffer.from(owner))
      opening.setAuthTag(bytes.subarray(-lengths.tag))
      try {
        return opening.update(bytes.subarray(lengths.nonce, -lengths.tag), undefined, 'utf8') + opening.final('utf8')
      } catch {
        return undefined
      }
    },

    isOpen: (stored) => key !== undefined && !stored.startsWith(mark),
  }
}
