import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'

export interface BreachedPasswords {
  has(password: string): Promise<boolean>
}

/** Bytes read at once: more than one line, which has 40 digits, a colon and a count. */
const slice = 128

/**
 * Passwords that have leaked, from a file as Have I Been Pwned publishes it: lines of SHA-1 in hex, in order, with or without `:count`. It is looked
 * up where it lies (some 40 GB): about thirty short reads a look-up.
 */
export function breachedPasswords(file: string): BreachedPasswords {
  return {
    async has(password) {
      const handle = await open(file)
      try {
        return await contains(handle, (await handle.stat()).size, createHash('sha1').update(password).digest('hex').toUpperCase())
      } finally {
        await handle.close()
      }
    },
  }
}

/** `low` and `high` are bytes; the line sought begins in between. */
async function contains(handle: FileHandle, size: number, wanted: string): Promise<boolean> {
  let [low, high] = [0, size]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const line = await lineFrom(handle, middle)
    if (line === undefined || line.begin >= high) {
      high = middle
      continue
    }
    if (line.hash === wanted) return true
    if (line.hash < wanted) low = line.begin + 1
    else high = middle
  }
  return false
}

/** The first line that begins at this byte or after it. */
async function lineFrom(handle: FileHandle, at: number): Promise<{ begin: number; hash: string } | undefined> {
  // One byte earlier: `at` begins a line where an end of line is just before.
  const from = Math.max(0, at - 1)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(slice), 0, slice, from)
  const text = buffer.toString('latin1', 0, bytesRead)
  const begin = at === 0 ? 0 : text.indexOf('\n') + 1
  if (at !== 0 && begin === 0) return undefined
  const hash = /^[0-9a-f]{40}/i.exec(text.slice(begin))?.[0]
  return hash === undefined ? undefined : { begin: from + begin, hash: hash.toUpperCase() }
}
