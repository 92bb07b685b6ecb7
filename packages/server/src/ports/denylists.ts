import type { CID } from 'multiformats/cid'

/** Why something is not to be handled here. */
export interface Denial {
  /** The list and the line of the rule, as `name:line`. */
  rule: string
  /** What a gateway answers: Gone, or Unavailable For Legal Reasons. */
  status: 410 | 451
}

/** A list that is in force, or is to be. */
export interface ListState {
  /** The file, or the URL of one that is followed. */
  place: string
  /** As rules name it; undefined while there is no copy of it. */
  name?: string
  rules: number
  /** The first lines that are no rules, in words. */
  problems: readonly string[]
  /** How the source of one that is followed fares. */
  source?: {
    /** When it was asked last, with success; when it last had another list. */
    checked?: number
    changed?: number
    /** Why the last try failed; the copy of before stays in force. */
    error?: string
    /** When it is asked again. */
    next: number
  }
}

/** What operators of this server, or those whose lists they follow, do not want it to handle. Nothing here waits for I/O. */
export interface Denylists {
  /** Whether there are no rules at all, so that nothing need be asked. */
  readonly isEmpty: boolean
  /** The rule that blocks this block, or this path below it (decoded names); undefined where none does. */
  find(cid: CID, names?: readonly string[]): Denial | undefined
  /** The same for a name of IPNS: a domain, or a key as CID text. */
  findName(name: string, names?: readonly string[]): Denial | undefined
  lists(): ListState[]
  close(): Promise<void>
}
