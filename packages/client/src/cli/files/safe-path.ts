import { join } from 'node:path'

/** A path that a stranger wrote, below a folder of ours. Undefined where it would lead out of it, or is no path of names. */
export function safePath(folder: string, path: string): string | undefined {
  const names = path.split('/')
  const isName = (name: string) => name !== '' && name !== '.' && name !== '..' && !/[\0\\]/.test(name) && Buffer.byteLength(name) <= 255
  return names.every(isName) ? join(folder, ...names) : undefined
}
