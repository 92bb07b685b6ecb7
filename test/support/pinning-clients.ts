import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { installClients } from './clients.ts'

const { folder, missing } = await installClients('pinning-clients')

/** Where other people's pinning clients are. */
export const clientsFolder = folder
/** Why suites with them are skipped, or undefined where they run. */
export const noClients = missing

/** A program of that folder, which hands on what it needs of theirs; the caller says what that looks like. */
export async function clientModule<T>(file: 'helia.mjs' | 'pinning-service-client.mjs'): Promise<T> {
  return (await import(pathToFileURL(join(clientsFolder, file)).href)) as T
}
