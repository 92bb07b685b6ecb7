import { digestLength, parseCid } from '@thole/dag'
import { base58btc } from 'multiformats/bases/base58'
import { decode } from 'multiformats/hashes/digest'
import { modernText, ofCid, ofName, sha256, type Subject } from './subject.ts'

const sha256Code = 0x12

/** One line of a list. */
export interface Rule {
  /** Allows what rules before it block. */
  allows: boolean
  /** Blocks one path: the digest of its text. */
  digest?: Uint8Array
  /** The function of the digest; absent where it is sha2-256. */
  hash?: number
  /** Blocks what begins with this path below this root. */
  prefix?: { root: string; path: string }
  hints: Record<string, string>
}

/** Compact denylist format §Block item. Undefined: a comment, or empty. Throws Error in words for the operator. */
export function parseRule(line: string): Rule | undefined {
  const [item, ...hints] = line.trim().split(/\s+/)
  if (!item || item.startsWith('#')) return undefined
  const allows = item.startsWith('!')
  return { allows, ...matcher(allows ? item.slice(1) : item), hints: Object.fromEntries(hints.flatMap(parseHint)) }
}

function matcher(item: string): Pick<Rule, 'digest' | 'hash' | 'prefix'> {
  if (item.startsWith('//')) return doubleHash(item.slice(2))
  const [, space, id, rest = ''] = /^\/(ipfs|ipns)\/([^/*]+)(.*)$/s.exec(item) ?? []
  if (id === undefined) throw new Error('a rule begins with /ipfs/, /ipns/ or //')
  const subject = space === 'ipfs' ? cidSubject(id) : ofName(id)
  const path = decodeURIComponent(rest).replace(/\/$/, '')
  if (!rest.endsWith('*')) return { digest: sha256(modernText(subject, path)) }
  // `ab*` and `ab/*` are the same rule.
  return { prefix: { root: subject.root, path: path.slice(0, -1).replace(/\/$/, '') } }
}

/** A CID of either version, or a bare multihash in base58btc. */
function cidSubject(id: string): Subject {
  try {
    return ofCid(parseCid(id))
  } catch (error) {
    const { bytes } = decode(base58btc.baseDecode(id))
    if (bytes.length === 0) throw error
    return { root: id }
  }
}

function doubleHash(text: string): Pick<Rule, 'digest' | 'hash'> {
  if (/^[0-9a-f]{64}$/i.test(text)) return { digest: Buffer.from(text, 'hex') }
  const { code, digest } = decode(base58btc.baseDecode(text))
  if (digest.length !== digestLength(code)) throw new Error(`hash function 0x${code.toString(16)} is not supported`)
  return { digest, hash: code === sha256Code ? undefined : code }
}

/** §Hints; some lists write `=`. */
function parseHint(text: string): [string, string][] {
  const [, key, value] = /^([^:=]+)[:=](.+)$/.exec(text) ?? []
  return key === undefined || value === undefined ? [] : [[key, value]]
}
