import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto'
import { promisify } from 'node:util'
import { fault } from '../../kernel/faults.ts'
import { createQueue } from './queue.ts'

/** OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane. About 20 ms, in Node's thread pool. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const tagLength = 32

/** NIST SP 800-63B §3.1.1.2: at least 8 characters, any characters; the upper bound keeps one try cheap. */
const minLength = 8
const maxLength = 256

const derive = promisify(argon2)
/** Two at a time leave threads for the disk; who comes when a hundred wait is told to come again. */
const inTurn = createQueue({ atOnce: 2, maxWaiting: 100 })

/** Fault INVALID_REQUEST where the password has a bad length. */
export function checkLength(password: string): void {
  const { length } = [...password]
  if (length < minLength || length > maxLength) throw fault('INVALID_REQUEST', { reason: `a password has ${minLength} to ${maxLength} characters` })
}

/** PHC string. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const { memory, passes, parallelism } = cost
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${text(nonce)}$${text(await tagOf(password, { nonce, ...cost, tagLength }))}`
}

/** Without `stored`, takes as long and is false: an unknown e-mail is not told by the time of the answer. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const { tag, ...parameters } = parse(stored ?? nobody)
  const same = timingSafeEqual(await tagOf(password.slice(0, 2 * maxLength), parameters), tag)
  return same && stored !== undefined
}

/** Whether a password that was just verified is to be stored anew. */
export function isOutdated(stored: string): boolean {
  const { memory, passes, parallelism } = parse(stored)
  return memory !== cost.memory || passes !== cost.passes || parallelism !== cost.parallelism
}

const nobody = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`

function parse(phc: string) {
  const found = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(phc)
  if (!found) throw new TypeError('a stored password hash cannot be read')
  const [, memory, passes, parallelism, nonce, tag] = found
  const bytes = Buffer.from(tag!, 'base64')
  return { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism), nonce: Buffer.from(nonce!, 'base64'), tagLength: bytes.length, tag: bytes }
}

/** NFKC, so that the same letters typed on two systems are the same password (SP 800-63B, ibid.). */
function tagOf(password: string, parameters: Omit<Argon2Parameters, 'message'>): Promise<Buffer> {
  return inTurn(() => derive('argon2id', { message: password.normalize('NFKC'), ...parameters }))
}

function text(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
