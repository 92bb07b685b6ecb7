import type { Libp2p } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { SpareMemory } from '../spare-memory.ts'
import { PROTOCOL } from '../wire/message.ts'
import { allowance } from './allowance.ts'
import type { Allowance } from './allowance.ts'
import { byteRoom } from './byte-room.ts'
import type { Client } from './client.ts'
import { inboundStreams } from './inbound.ts'
import { limits } from './limits.ts'
import { outbox } from './outbox.ts'
import { createPeer } from './peer.ts'
import type { Peer } from './peer.ts'
import type { Questions } from './questions.ts'
import { createLedger } from './server.ts'
import type { Ledger } from './server.ts'

interface Member {
  peer: Peer
  ledger: Ledger
  /** What it may say that brings us nothing. */
  chatter: Allowance
}

/** Who is connected: brings libp2p's events to the asking and the answering half. */
export interface Swarm {
  readonly size: number
  /** Connections that peers have opened to us so far. */
  readonly arrivals: number
  /** Ends a connection that nobody uses. */
  dismiss(peerId: string): void
}

export interface SwarmOptions {
  libp2p: Libp2p
  client: Client
  house: Questions
  /** Whether a fetch or the operator named this peer. */
  isNamed(peerId: string): boolean
  /** For large messages. */
  spare: SpareMemory
  onChange(): void
}

export async function openSwarm({ libp2p, client, house, isNamed, spare, onChange }: SwarmOptions): Promise<Swarm> {
  const members = new Map<string, Member>()
  const replies = byteRoom(limits.replyRoom)
  let arrivals = 0

  function openStream(peerId: string) {
    const connection = libp2p.getConnections(peerIdFromString(peerId)).find(({ status }) => status === 'open')
    if (connection === undefined) throw new Error('not connected')
    return connection.newStream(PROTOCOL, { signal: AbortSignal.timeout(limits.openTimeout) })
  }

  function join(peerId: string): Member {
    let member = members.get(peerId)
    if (member !== undefined) return member
    const box = () => outbox(async () => openStream(peerId))
    const peer = createPeer(peerId, { box: box(), onDeaf: () => client.leave(peer) })
    member = { peer, ledger: createLedger(box(), house, replies), chatter: allowance(limits.chatter, limits.chatterRate) }
    members.set(peerId, member)
    peer.passing = !isNamed(peerId) && libp2p.getConnections(peerIdFromString(peerId)).every(({ direction }) => direction === 'outbound')
    client.join(peer)
    onChange()
    return member
  }

  function leave(peerId: string): void {
    const member = members.get(peerId)
    if (member === undefined) return
    members.delete(peerId)
    member.peer.close()
    member.ledger.close()
    client.leave(member.peer)
    onChange()
  }

  function charge({ peer, chatter }: Member, bytes: number): void {
    if (!chatter.spend(bytes)) client.offend(peer, 'it says too much that is of no use', { weight: Infinity })
  }

  // Who comes to us wants to talk about blocks, whatever we called it for before.
  libp2p.addEventListener('connection:open', ({ detail }) => {
    if (detail.direction !== 'inbound') return
    const member = members.get(detail.remotePeer.toString())
    if (member !== undefined) member.peer.passing = false
    arrivals++
    onChange()
  })
  libp2p.addEventListener('peer:connect', ({ detail }) => void join(detail.toString()))
  libp2p.addEventListener('peer:disconnect', ({ detail }) => leave(detail.toString()))
  await libp2p.handle(
    PROTOCOL,
    inboundStreams({
      spare,
      onStream: (peerId) => charge(join(peerId), limits.streamChatter),
      isAsked: (peerId) => (members.get(peerId)?.peer.live.size ?? 0) > 0,
      onBreach: (peerId, why) => client.offend(join(peerId).peer, why, { weight: limits.breach }),
      onBytes(peerId) {
        const { peer } = join(peerId)
        peer.progressAt = Date.now()
        peer.stalled = false
      },
      onMessage(peerId, message, size) {
        const member = join(peerId)
        const { peer, ledger } = member
        charge(member, message.blocks.reduce((rest, { data }) => rest - data.length, size))
        if (message.blocks.length + message.presences.length > 0) client.receive(peer, message)
        if (message.full || message.wants.length > 0) ledger.receive(message)
      },
    }),
    { maxInboundStreams: limits.maxInboundStreams, maxOutboundStreams: 8 },
  )

  return {
    get size() {
      return members.size
    },
    get arrivals() {
      return arrivals
    },
    dismiss(peerId) {
      const member = members.get(peerId)
      if (member === undefined || member.ledger.busy || member.peer.live.size > 0) return
      libp2p.hangUp(peerIdFromString(peerId)).catch(() => {})
    },
  }
}
