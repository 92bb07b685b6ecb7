import { createReadStream } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { UsageError } from '../../usage-error.ts'
import type { Item, Source } from '../item.ts'

/** The CAR files in a folder and those below it, or one file. */
export function carFolder(path: string): Source {
  return {
    from: resolve(path),
    async *items() {
      const facts = await stat(path).catch(() => undefined)
      if (!facts) throw new UsageError(`There is no file or folder ${path}.`)
      if (!facts.isDirectory()) return yield await itemOf(path, basename(path))
      let found = 0
      for await (const { name, parentPath } of await opendir(path, { recursive: true })) {
        const file = join(parentPath, name)
        if (!name.endsWith('.car') || !(await stat(file)).isFile()) continue
        found++
        yield await itemOf(file, relative(path, file))
      }
      if (found === 0) throw new UsageError(`There is no file that ends in .car in ${path}.`)
    },
  }
}

async function itemOf(file: string, name: string): Promise<Item> {
  const { size, mtimeMs } = await stat(file)
  const id = `${name} ${size} ${Math.floor(mtimeMs)}`
  return { id, label: name, from: { car: (signal) => createReadStream(file, { highWaterMark: 1 << 20, signal }), name: basename(name, '.car') } }
}
