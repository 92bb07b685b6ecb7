import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { installClients } from './clients.ts'

const { folder, missing } = await installClients('classic-clients')

/** Where the clients of web3.storage, NFT.Storage and w3name are. */
export const classicFolder = folder
/** Why suites with them are skipped, or undefined where they run. */
export const noClassicClients = missing

/** One of those packages as CommonJS; the caller says what it looks like. */
export function requireClassic<T>(name: string): T {
  return createRequire(join(classicFolder, 'package.json'))(name) as T
}

/** A module of theirs, by its file. */
export async function importClassic<T>(file: string): Promise<T> {
  return (await import(pathToFileURL(join(classicFolder, 'node_modules', file)).href)) as T
}
