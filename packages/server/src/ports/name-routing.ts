import type { AnnounceResult } from './network.ts'

/** Records of IPNS names out in the public network. Neither throws. */
export interface NameRouting {
  /** Records for this name (multihash of its key), whatever they are worth: the caller checks each. */
  find(name: Uint8Array, signal: AbortSignal): Promise<FoundRecords>
  /** Hands a record to whoever keeps such for others. */
  publish(name: Uint8Array, record: Uint8Array, signal: AbortSignal): Promise<AnnounceResult>
}

export type FoundRecords =
  | { state: 'found'; records: Uint8Array[] }
  /** Those who were asked have none. */
  | { state: 'none'; reason: string }
  /** Nobody can be asked: not with this configuration, or not at present. */
  | { state: 'off'; reason: string }
