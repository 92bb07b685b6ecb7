import { mkdtemp, open, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { Log } from '../../../ports/log.ts'

/** Gives new folders and removes them after each test. */
export function testFolders(): () => Promise<string> {
  const folders: string[] = []
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
  })
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'thole-disk-'))
    folders.push(folder)
    return folder
  }
}

export async function segmentsIn(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'segments'))
  return names.toSorted().map((name) => join(folder, 'segments', name))
}

/** Changes the first byte of a block wherever it lies. The segments stay the files that they were, as on a bad disk. */
export async function flipBytesOf(folder: string, hash: Uint8Array): Promise<void> {
  for (const path of await segmentsIn(folder)) {
    const bytes = await readFile(path)
    for (let at = bytes.indexOf(hash); at >= 0; at = bytes.indexOf(hash, at + 1)) await flip(path, bytes, at + hash.length)
  }
}

async function flip(path: string, bytes: Buffer, at: number): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(Uint8Array.of(bytes[at]! ^ 1), 0, 1, at)
  await file.close()
}

/** A log that keeps its words. */
export function wordsLog(): { log: Log; words: string[] } {
  const words: string[] = []
  const keep = (_: object, said: string) => void words.push(said)
  return { log: { debug: keep, info: keep, warn: keep, error: keep }, words }
}
