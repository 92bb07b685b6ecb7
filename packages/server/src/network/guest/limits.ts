/** Every bound of the network process, in one place. Bytes and milliseconds. */
export const limits = {
  /** Wants outstanding at one peer: Kubo drops those above 1,024 without a word. */
  wantsPerPeer: 1000,
  /** A full peer gets new wants when so few are left, so that they travel in large messages. */
  refillAt: 500,
  /** Entries of one wantlist message. */
  wantsPerMessage: 500,
  /** What one fetch asks for at once, judged by the mean size of its blocks. */
  fetchBudget: 16 << 20,
  /** What one fetch may have delivered before the consumer took it; blocks beyond are dropped and asked for again. */
  maxUntaken: 64 << 20,
  /** Mean block size assumed until blocks came. */
  assumedBlock: 256 << 10,
  /** Peers beside its origins that one fetch asks. */
  strangersPerFetch: 16,
  /** A peer that sends nothing for so long loses its wants to others. */
  stallAfter: 10_000,
  /** A want unanswered for so long, while other answers come, is asked elsewhere. */
  wantTimeout: 30_000,
  /** Wants that every peer refused are asked again after the first, at most after the second. */
  recheckFirst: 1000,
  recheckLast: 30_000,
  sweepEvery: 500,
  /** Keys of finished wants that are remembered, since late copies of them are no offence. */
  recentKeys: 8192,
  /** Blocks that nobody asked for, until the peer is sent away, and for how long. */
  maxStrays: 16,
  banFor: 10 * 60_000,

  maxInboundStreams: 4096,
  /** Bytes of unfinished messages that one peer may make us hold. */
  maxHeldPerPeer: 32 << 20,
  drainTimeout: 30_000,
  openTimeout: 10_000,

  /** Wants of one peer that wait for an answer; more are dropped, as Kubo does. */
  servedWants: 1024,
  replyBatch: 256 << 10,
  readsPerPeer: 64,
  /** Open questions to the house, over all peers. */
  questions: 128,
  /** A block so small is sent where a peer only asks whether we have it (Kubo: 1,024). */
  smallBlock: 1024,
  /** Longest CID that peers may name. */
  maxCid: 256,

  dialsPerFetch: 20,
  dialTimeout: 5000,
  /** The next address of a peer is tried when the one before did not answer for so long. */
  dialStagger: 250,
  redialFirst: 500,
  redialLast: 30_000,
  /** A peer that no fetch needs any more is disconnected after so long. */
  idleConnection: 60_000,
  maxConnections: 300,
} as const
