import type { CID } from 'multiformats/cid'

/** Why something is not to be handled here. */
export interface Denial {
  /** The list and the line of the rule, as `name:line`. */
  rule: string
  /** What a gateway answers: Gone, or Unavailable For Legal Reasons. */
  status: 410 | 451
}

/** What operators of this server, or those whose lists they follow, do not want it to handle. Nothing here waits for I/O. */
export interface Denylists {
  /** Whether there are no rules at all, so that nothing need be asked. */
  readonly isEmpty: boolean
  /** The rule that blocks this block, or this path below it (decoded names); undefined where none does. */
  find(cid: CID, names?: readonly string[]): Denial | undefined
  /** The same for a name of IPNS: a domain, or a key as CID text. */
  findName(name: string, names?: readonly string[]): Denial | undefined
  close(): void
}
