import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isPrivate } from '../private-ip.ts'
import { limits } from './limits.ts'

/**
 * The IP addresses behind a host, those alone that may be dialled. Names go through the operating system, and what
 * they lead to is judged like any address; whoever connects uses the result, so that a second answer cannot lead elsewhere.
 */
export async function resolve(host: string, { family = 0, dialPrivate }: { family?: 0 | 4 | 6; dialPrivate: boolean }): Promise<[string, ...string[]]> {
  const literal = isIP(host) !== 0
  const found = literal ? [host] : await addressesOf(host, family)
  const [first, ...others] = found.filter((address) => dialPrivate || !isPrivate(address))
  if (first !== undefined) return [first, ...others]
  throw new Error(literal ? 'private addresses are not dialled' : 'the name leads to a private address, which is not dialled')
}

async function addressesOf(name: string, family: 0 | 4 | 6): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => (timer = setTimeout(reject, limits.dialTimeout, new Error('the name was not looked up in time'))))
  const found = await Promise.race([lookup(name, { family, all: true }), late]).finally(() => clearTimeout(timer))
  return found.map(({ address }) => address)
}
