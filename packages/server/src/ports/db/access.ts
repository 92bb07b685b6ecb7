export type AccessState = 'open' | 'approved' | 'declined'

/** An account's wish to use the pinning API where it is not open to all. Texts are empty where nothing was said. */
export interface AccessRequest {
  id: string
  accountId: string
  /** E-mail address of the person, or name of the key, that asked. */
  askedBy: string
  purpose: string
  /** How much is to be pinned, in the words of whoever asks. */
  amount: string
  link: string
  state: AccessState
  created: number
  decided?: number
  /** What the admin said. */
  message?: string
  /** The account knows how it was decided, or nothing is decided yet. */
  seen: boolean
}

/** Beside the account's e-mail address. */
export interface AccessRequestView extends AccessRequest {
  email: string
}

export interface AccessReads {
  /** The newest of this account. */
  latest(accountId: string): Promise<AccessRequest | undefined>
  get(id: string): Promise<AccessRequestView | undefined>
  /** Those that are open oldest first, others newest first, behind the given one. */
  list(state: AccessState, limit: number, after?: Pick<AccessRequest, 'created' | 'id'>): Promise<AccessRequestView[]>
  count(state: AccessState): Promise<number>
}

export interface AccessWrites {
  /** Fault CONFLICT where the account has an open one. */
  insert(request: AccessRequest): Promise<void>
  decide(id: string, decision: Required<Pick<AccessRequest, 'state' | 'decided' | 'message'>>): Promise<void>
  /** The account has read how its requests were decided. */
  see(accountId: string): Promise<void>
}
