import { Thole } from '../thole.ts'
import type { Call } from './command.ts'
import { readAccess } from './credentials.ts'

/** The server that a command goes to. */
export async function openThole(call: Pick<Call, 'surroundings' | 'option'>): Promise<Thole> {
  return new Thole(await readAccess(call.surroundings, call.option('url')))
}
