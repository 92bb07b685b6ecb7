import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runProgram } from './program.ts'

/** Where other people's pinning clients are: an npm project of its own, which only these tests install. */
export const clientsFolder = join(import.meta.dirname, '../pinning-clients')

/** Why suites with other people's clients are skipped, or undefined where they run. In CI they are never skipped. */
export const noClients = await install()

/** A program of that folder, which hands on what it needs of theirs; the caller says what that looks like. */
export async function clientModule<T>(file: 'helia.mjs' | 'pinning-service-client.mjs'): Promise<T> {
  return (await import(pathToFileURL(join(clientsFolder, file)).href)) as T
}

/** Installs what the lockfile names, once, without running anybody's scripts. */
async function install(): Promise<string | undefined> {
  const stampFile = join(clientsFolder, 'node_modules/.thole-stamp')
  const stamp = createHash('sha256').update(readFileSync(join(clientsFolder, 'package-lock.json'))).digest('hex')
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return undefined
  try {
    await runProgram('npm', ['ci', '--ignore-scripts', '--loglevel=error', `--prefix=${clientsFolder}`])
    writeFileSync(stampFile, stamp)
    return undefined
  } catch (error) {
    const reason = `what test/pinning-clients needs could not be installed: ${String(error).replaceAll(/\s+/g, ' ').slice(0, 300)}`
    if (process.env.CI) throw new Error(reason)
    return reason
  }
}
