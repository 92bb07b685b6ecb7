import { lstat, opendir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { fromPath } from '../../node.ts'
import type { InputFile, PutSource } from '../../types.ts'
import { UsageError } from '../usage-error.ts'

export interface PathOptions {
  /** Whether what begins with a dot is taken; default false. */
  hidden?: boolean
  /** Whether a single file is put into a directory, where it keeps its name. */
  wrap?: boolean
  stdin: Readable
  /** Told of what is passed over. */
  passOver(words: string): void
}

/** What stands on the command line as something to put: one file, the files of a folder, or several of both in a directory. `-` is standard input. @throws UsageError */
export async function readPaths(paths: readonly string[], options: PathOptions): Promise<PutSource> {
  const [only] = paths
  if (only === '-' && paths.length === 1 && !options.wrap) return options.stdin as AsyncIterable<Uint8Array>
  const files: InputFile[] = []
  for (const path of paths) {
    if (path === '-') throw new UsageError('Standard input (-) is put alone.')
    const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(error.code === 'ENOENT' ? `There is no file or folder ${path}.` : `${path} cannot be read: ${error.message}.`)
    })
    if (facts.isFile()) {
      if (paths.length === 1 && !options.wrap) return (await fromPath(path)).content
      files.push(await fromPath(path))
    } else if (facts.isDirectory()) {
      const prefix = paths.length === 1 && !options.wrap ? '' : `${nameOf(path)}/`
      for await (const file of filesBelow(path, prefix, options)) files.push(file)
    } else throw new UsageError(`${path} is neither a file nor a folder.`)
  }
  if (files.length === 0) throw new UsageError('There is no file in it.')
  return files
}

function nameOf(path: string): string {
  return basename(resolve(path))
}

async function* filesBelow(folder: string, prefix: string, options: PathOptions): AsyncGenerator<InputFile> {
  for await (const { name } of await opendir(folder)) {
    const path = join(folder, name)
    if (name.startsWith('.') && !options.hidden) continue
    const facts = await lstat(path)
    if (facts.isDirectory()) yield* filesBelow(path, `${prefix}${name}/`, options)
    else if (facts.isFile()) yield { path: `${prefix}${name}`, content: (await fromPath(path)).content }
    // A link may lead anywhere, also out of what was meant to be published.
    else options.passOver(`${path} is passed over: it is ${facts.isSymbolicLink() ? 'a symbolic link' : 'no file'}.`)
  }
}
