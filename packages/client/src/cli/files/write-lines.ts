import { constants } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { ownFile } from './write-file.ts'

/** Lines that are written at once. */
const batch = 250

/** Values as JSON, one a line, in a file that is put into place when it is whole. Returns how many. */
export async function writeLines(path: string, values: AsyncIterable<unknown>): Promise<number> {
  const part = `${path}.part`
  await using file = await open(part, ownFile | constants.O_TRUNC, 0o600)
  let count = 0
  let lines: string[] = []
  for await (const value of values) {
    count++
    if (lines.push(`${JSON.stringify(value)}\n`) === batch) await file.appendFile(lines.splice(0).join(''))
  }
  await file.appendFile(lines.join(''))
  await file.sync()
  await rename(part, path)
  return count
}
