import { digest } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Denial } from '../../ports/denylists.ts'
import { DigestTable } from './digest-table.ts'
import type { Rule } from './rule.ts'
import { legacyText, modernText, ofCid, ofName, sha256, type Subject } from './subject.ts'

interface List {
  name: string
  /** Rules of this list have numbers above this. */
  base: number
  status: Denial['status']
}

interface Prefix {
  path: string
  /** As in the table. */
  value: number
}

/** The rules of all lists, in their order: the last one that matches wins. */
export class Rules {
  readonly #table = new DigestTable()
  readonly #prefixes = new Map<string, Prefix[]>()
  /** Hash functions of double-hashed rules, beside sha2-256. */
  readonly #hashes = new Set<number>()
  readonly #lists: List[] = []
  /** Of rules that say other than their list. */
  readonly #statuses = new Map<number, Denial['status']>()
  #next = 1

  get isEmpty(): boolean {
    return this.#next === 1
  }

  /** What is added from now on belongs to this list. */
  begin(name: string, hints: Readonly<Record<string, unknown>>): void {
    this.#lists.push({ name, base: this.#next, status: statusOf(hints) ?? 410 })
  }

  /** `line` counts from 1 and grows. */
  add(rule: Rule, line: number): void {
    const list = this.#lists.at(-1)!
    const number = list.base + line
    const status = statusOf(rule.hints)
    if (status !== undefined && status !== list.status) this.#statuses.set(number, status)
    const value = number * 2 + (rule.allows ? 1 : 0)
    if (rule.hash !== undefined) this.#hashes.add(rule.hash)
    if (rule.digest) this.#table.set(rule.digest, value)
    else if (rule.prefix) this.#addPrefix(rule.prefix, value)
    this.#next = number + 1
  }

  find(cid: CID, names: readonly string[] = []): Denial | undefined {
    return this.#denial(ofCid(cid), pathOf(names))
  }

  findName(name: string, names: readonly string[] = []): Denial | undefined {
    return this.#denial(ofName(name), pathOf(names))
  }

  #addPrefix({ root, path }: { root: string; path: string }, value: number): void {
    const known = this.#prefixes.get(root) ?? []
    known.push({ path, value })
    this.#prefixes.set(root, known)
  }

  #denial(subject: Subject, path: string): Denial | undefined {
    const modern = modernText(subject, path)
    const values = [this.#table.get(sha256(modern)), this.#table.get(sha256(legacyText(subject, path)))]
    for (const code of this.#hashes) values.push(this.#table.get(digest(code, Buffer.from(modern))))
    for (const prefix of this.#prefixes.get(subject.root) ?? []) if (path.startsWith(prefix.path)) values.push(prefix.value)
    const last = Math.max(...values)
    if (last === 0 || last % 2 === 1) return undefined
    const number = last / 2
    const list = this.#lists.findLast(({ base }) => base < number)!
    return { rule: `${list.name}:${number - list.base}`, status: this.#statuses.get(number) ?? list.status }
  }
}

function pathOf(names: readonly string[]): string {
  return names.map((name) => `/${name}`).join('')
}

function statusOf(hints: Readonly<Record<string, unknown>>): Denial['status'] | undefined {
  const status = Number(hints.gateway_status)
  return status === 410 || status === 451 ? status : undefined
}
