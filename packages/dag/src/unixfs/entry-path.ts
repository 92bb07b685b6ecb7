import { DagError } from '../fault.ts'
import { utf8Length } from '../utf8.ts'

export interface PathLimits {
  /** UTF-8 bytes of one name; default 1024. */
  maxNameBytes?: number
  /** Folders above a file; default 128. */
  maxDepth?: number
}

/**
 * Splits `a/b/c.txt` into its names.
 * @throws DagError INVALID_REQUEST for a path that cannot be walked safely, TOO_LARGE for one over a limit
 */
export function splitEntryPath(path: string, { maxNameBytes = 1024, maxDepth = 128 }: PathLimits): string[] {
  if (path.startsWith('/')) throw invalid(path, 'a path in an upload is relative')
  const names = path.split('/', maxDepth + 2)
  if (names.length > maxDepth + 1) throw tooLarge(path, `is deeper than ${maxDepth} folders`, maxDepth)
  for (const name of names) {
    if (name === '') throw invalid(path, 'it has an empty name')
    if (name === '.' || name === '..') throw invalid(path, `"${name}" is not a name`)
    if (name.includes('\0')) throw invalid(path, 'a name has a NUL character')
    if (!name.isWellFormed()) throw invalid(path, 'a name is not valid Unicode')
    if (utf8Length(name) > maxNameBytes) throw tooLarge(path, `has a name longer than ${maxNameBytes} bytes`, maxNameBytes)
  }
  return names
}

export function invalid(path: string, why: string): DagError {
  return new DagError('INVALID_REQUEST', { reason: `the path ${quote(path)} cannot be used: ${why}` })
}

function tooLarge(path: string, why: string, limit: number): DagError {
  return new DagError('TOO_LARGE', { reason: `the path ${quote(path)} ${why}`, limit })
}

function quote(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path)
}
