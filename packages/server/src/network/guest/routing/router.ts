import type { CID } from 'multiformats/cid'

/** A peer that says it provides a root or block; nothing of it is trusted. */
export interface Provider {
  peerId: string
  /** Multiaddrs as the router spelt them, with or without /p2p/<id> at the end; may be none, may be private. */
  addresses: readonly string[]
}

/** Whoever can be asked who provides a CID. Asked only under THOLE_NETWORK=public. */
export interface Router {
  /** As the attempts of a fetch and messages name it: "DHT", or the URL of a delegated router. */
  readonly name: string
  /**
   * Providers as they are found. Ends when no more are to be expected; throws where it could not look, with words for a
   * person. "Could not look" is never told as "nobody provides it". The caller bounds time and number, by the signal and by leaving.
   */
  findProviders(cid: CID, signal: AbortSignal): AsyncIterable<Provider>
}
