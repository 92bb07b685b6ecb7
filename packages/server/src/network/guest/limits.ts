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
  /** Blocks that nobody asked for, and other offences, until the peer is sent away, and for how long. */
  maxStrays: 16,
  /** A message that breaks the rules counts for so many. */
  breach: 4,
  /** So much of an offence is made up for by a block that was wanted; so much of one is an answer to what was not asked. */
  strayRelief: 1 / 8,
  idleAnswer: 1 / 1024,
  banFor: 10 * 60_000,

  maxInboundStreams: 4096,
  /** What a peer may send on one stream before it hears from us. */
  receiveWindow: 2 << 20,
  /** Streams of one connection that have not said yet what they are for. */
  unsaidStreams: 32,
  /** Bytes of unfinished messages that one peer may make us hold: while it has wants of ours, and else. */
  maxHeldPerPeer: 32 << 20,
  maxHeldPerStranger: 1 << 20,
  /** A message that does not go on for so long is given up; a stream that says nothing for so long is ended. */
  messageIdle: 30_000,
  streamIdle: 300_000,
  /** Bytes of a peer that bring us nothing (wantlists, answers, streams): at once, and in a second. What a stream counts for. */
  chatter: 32 << 20,
  chatterRate: 8 << 20,
  streamChatter: 256,
  /** A peer that takes nothing for so long, or not all of a message in so long, is not written to any more. */
  drainTimeout: 10_000,
  sendTimeout: 60_000,
  openTimeout: 10_000,

  /** Wants of one peer that wait for an answer; more are dropped, as Kubo does. */
  servedWants: 1024,
  replyBatch: 256 << 10,
  readsPerPeer: 64,
  /** Bytes of replies in memory, over all peers. */
  replyRoom: 64 << 20,
  /** Open questions to the house, over all peers. */
  questions: 128,
  /** A block so small is sent where a peer only asks whether we have it (Kubo: 1,024). */
  smallBlock: 1024,
  /** Longest CID that peers may name. */
  maxCid: 256,

  dialsPerFetch: 20,
  dialTimeout: 5000,
  /** A place that was dialled in vain is left alone by everybody for so long: first, and at most. Less than `redial…`. */
  knockFirst: 250,
  knockLast: 8000,
  /** Ports of one public host that are tried in vain, in so long. */
  vainPorts: 16,
  vainPortsFor: 60_000,
  /** The next address of a peer is tried when the one before did not answer for so long. */
  dialStagger: 250,
  redialFirst: 500,
  redialLast: 30_000,
  /** A peer that no fetch needs any more is disconnected after so long. */
  idleConnection: 60_000,
  maxConnections: 300,

  /** Look-ups of one router at once, how long each may take, and how many providers are enough. */
  lookupsPerRouter: 16,
  lookupTimeout: 15_000,
  providersPerLookup: 20,
  addressesPerProvider: 16,
  /** Peers and addresses that one fetch gets to know by routers. */
  foundPerFetch: 256,
  /** How often it is seen whether a fetch gets anything. */
  seekEvery: 100,
  /** Between two look-ups for one fetch that gets nothing: first, and at most. */
  seekFirst: 5000,
  seekLast: 300_000,
  /** So long an answer of a router is good for another fetch; one that named nobody, first and at most. */
  foundFor: 60_000,
  vainFirst: 10_000,
  vainLast: 600_000,
  keptAnswers: 4096,

  /** One query of the DHT goes so many ways at once, with so many peers asked on each. */
  dhtPaths: 3,
  dhtParallel: 4,
  /** Peers of the DHT that wait to be tried. */
  dhtUpdates: 1024,
  findPeerTimeout: 5000,
  /** Peers of the DHT below which those that the operator named are dialled, and how often: first, and at most. */
  bootstrapBelow: 4,
  bootstrapFirst: 2000,
  bootstrapLast: 60_000,
  /** Announcements at once, and how long each may take. */
  announcements: 16,
  announceTimeout: 60_000,
  /** Bytes of a record of a name (IPNS record specification), records of one name that are looked at, and for how long after the first. */
  maxRecord: 10 * 1024,
  recordsPerName: 16,
  recordGather: 3000,
  /** Names that are asked or told about at once, and how long one may take. */
  names: 16,
  nameTimeout: 25_000,
  /** Peers of which addresses are kept while the DHT is used. */
  knownPeers: 8192,

  /** Peers named as origins get so long to connect before gateways and routers are asked beside them. */
  headStart: 1000,
  /** A want that a silent peer has for so long is asked of a gateway too. */
  gatewayAfter: 2000,
  /** Blocks asked of one gateway at once, and wants that it may have; while it streams a whole DAG, as a peer. */
  gatewayRequests: 16,
  gatewayWants: 64,
  /** Wants at a gateway of a fetch that has got nothing from it: others are not to wait for them. */
  gatewayProbes: 4,
  /** CARs that one gateway sends at once. */
  gatewayCars: 4,
  /** Gateways that one fetch uses beside the configured ones, and all fetches together. */
  gatewaysPerFetch: 8,
  maxGateways: 256,
  /** One that no fetch names any more is forgotten after so long. */
  idleGateway: 10 * 60_000,
  /** Bytes of a CAR that came before they were wanted. */
  maxHeld: 8 << 20,
  /** A CAR whose blocks nobody wants for so long, or that brings no block for so long, is ended. */
  carPatience: 2000,
  carPoll: 50,
  carIdle: 20_000,
  /** At most so long it waits for those who take its blocks. */
  carPause: 60_000,
  /** What a gateway does not have is not asked of it again for so long. */
  absentFor: 10_000,
  /** Failures in a row until a gateway is left alone for a while: first, and at most. */
  gatewayFailures: 4,
  restFirst: 1000,
  restLast: 300_000,

  /** Bytes of the largest block (as Bitswap: 4 MiB). */
  maxBlock: 4 << 20,
  /** Bytes of what a delegated router answers, and of one provider in it. */
  routerAnswer: 1 << 20,
  routerRecord: 64 << 10,
  /** Until an HTTP answer begins, between its pieces, and until a block or an answer of a router is whole. */
  httpAnswer: 15_000,
  httpIdle: 10_000,
  httpWhole: 30_000,
  httpRedirects: 3,
} as const
