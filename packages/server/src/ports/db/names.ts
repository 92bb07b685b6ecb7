/** The newest record of an IPNS name that was published here. */
export interface StoredRecord {
  /** CIDv1 of codec libp2p-key in base36. */
  name: string
  record: Uint8Array
  /** Until when it is valid. */
  expires: number
  received: number
  /** Network of whoever published the name first; no later record changes it. */
  client?: string
}

/** A record that the public network is to be told of. */
export interface DueRecord extends Pick<StoredRecord, 'name' | 'record' | 'expires'> {
  /** Attempts that failed since it was last told. */
  tries: number
}

export interface NameReads {
  get(name: string): Promise<StoredRecord | undefined>
  count(): Promise<number>
  countOf(client: string): Promise<number>
  /** Records whose turn it is to be told to the network, the longest waiting first. */
  due(now: number, limit: number): Promise<DueRecord[]>
  nextDue(): Promise<number | undefined>
}

export interface NameWrites {
  /** Adds or replaces the record of a name, to be told to the network at `due`. */
  put(record: StoredRecord, due: number): Promise<void>
  /** It was told to the network, and is to be again at `due`. */
  told(name: string, due: number): Promise<void>
  failed(name: string, due: number): Promise<void>
  /** Removes up to `limit` records that expired before then. Returns how many it was. */
  removeExpired(before: number, limit: number): Promise<number>
}
