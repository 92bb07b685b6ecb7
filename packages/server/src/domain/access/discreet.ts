import type { PeerAttempt } from '../../ports/network.ts'

const somewhere = 'an address'

/** An address as words for all who wait spell it: one word, so that it is found again. What is none may be any text, and is left out. */
export function spelt(attempt: PeerAttempt): string {
  return isNoAddress(attempt) ? somewhere : inOneWord(attempt.address)
}

/**
 * A fetch is shared by all who wait for a DAG. Whom others named as origins is their affair: of addresses that are not among `own`, peer ids
 * alone are shown. Addresses of the operator's gateways and routers are URLs, and stay.
 */
export function discreetWords(words: string, own: readonly string[] = []): string {
  return words.replace(/(?<!\S)\/\S+(?= \()/g, (address) => (own.some((one) => inOneWord(one) === address) ? address : shortened(address)))
}

/** The same for rows. Addresses may be cut. */
export function discreetAttempts(attempts: readonly PeerAttempt[], own: readonly string[]): PeerAttempt[] {
  return attempts.map((attempt) => (own.some((one) => one.startsWith(attempt.address)) ? attempt : { ...attempt, address: nameOf(attempt) }))
}

function inOneWord(address: string): string {
  return address.replace(/\s+/g, '_')
}

function isNoAddress({ address, kind, state }: PeerAttempt): boolean {
  return kind === undefined && state === 'skipped' && !address.startsWith('/')
}

function nameOf(attempt: PeerAttempt): string {
  if (isNoAddress(attempt)) return somewhere
  return attempt.address.startsWith('/') ? shortened(attempt.address) : attempt.address
}

function shortened(address: string): string {
  const peer = /\/p2p\/([0-9A-Za-z]{40,70})\/?$/.exec(address)?.[1]
  return peer === undefined ? somewhere : `/p2p/${peer}`
}
