import type { Limit } from './tries.ts'

const minute = 60_000
const hour = 60 * minute

/**
 * Wrong passwords. The first limit keeps one guesser slow; the second stops many addresses that guess at one member, and is wide enough
 * that one address cannot lock a member out. The third, configured, stops one address that goes through many members.
 */
export function passwordLimits(email: string, address: string | undefined, perAddress: number): Limit[] {
  return [
    { kind: 'pair', key: `${address ?? ''} ${email}`, tries: 5, windowMs: minute },
    { kind: 'email', key: email, tries: 100, windowMs: 15 * minute },
    ...addressLimit(address, perAddress),
  ]
}

export function addressLimit(address: string | undefined, perAddress: number): Limit[] {
  return address === undefined ? [] : [{ kind: 'address', key: address, tries: perAddress, windowMs: minute }]
}

/** Codes have six digits, and whoever guesses them has the password already. */
export function codeLimits(memberId: string): Limit[] {
  return [
    { kind: 'code', key: memberId, tries: 5, windowMs: minute },
    { kind: 'codes', key: memberId, tries: 50, windowMs: 24 * hour },
  ]
}

/** Letters that strangers can have sent. */
export function letterLimits(email: string, address: string | undefined): Limit[] {
  return [
    { kind: 'letter', key: email, tries: 5, windowMs: hour },
    ...(address === undefined ? [] : [{ kind: 'letters', key: address, tries: 30, windowMs: hour }]),
  ]
}
