import { posix } from 'node:path'
import { fault } from '../../kernel/faults.ts'

/** Bytes of a path in an archive: what operating systems take. */
const maxPathBytes = 4096

/**
 * Where an entry named `name` lies in the archive, seen from its directory. A name may hold slashes and dots, as long as it leads to below
 * `root`. Fault INVALID_REQUEST where it does not, or is no name at all; DAG_LIMIT where it is too long.
 */
export function tarPath(root: string, directory: string, name: string): string {
  const path = posix.join(directory, name)
  const isNameless = /(^|\/)\.{0,2}$/.test(name) || name.includes('\0')
  // On Windows a backslash separates too.
  const leaves = !path.startsWith(`${root}/`) || path.split(/[\\/]/).includes('..')
  if (isNameless || leaves) throw fault('INVALID_REQUEST', { reason: `an archive cannot have the entry "${name.slice(0, 100)}" in "${directory.slice(0, 100)}"` })
  if (Buffer.byteLength(path) > maxPathBytes) throw fault('DAG_LIMIT', { reason: `an archive has no paths of more than ${maxPathBytes} bytes`, limit: maxPathBytes })
  return path
}
