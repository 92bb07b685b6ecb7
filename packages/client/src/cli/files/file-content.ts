import { open } from 'node:fs/promises'
import { TholeError } from '../../errors.ts'
import type { Content } from '../../types.ts'

/** A file that is open only while it is read: a folder may have more files than a process may have open. */
export function fileContent(path: string, size: number): Content {
  return {
    size,
    async read(into, from) {
      await using file = await open(path)
      for (let at = 0; at < into.length; ) {
        const { bytesRead } = await file.read(into, at, into.length - at, from + at)
        if (bytesRead === 0) throw new TholeError('SOURCE_CHANGED', `${path} has become shorter while it was read`)
        at += bytesRead
      }
    },
  }
}
