import { randomInt } from 'node:crypto'
import { getServers } from 'node:dns'
import type { TxtAnswer, TxtRecords } from '../../ports/txt-records.ts'
import { overTcp, overUdp, parseServer, type DnsServer } from './exchange.ts'
import { readTxtAnswer, txtQuestion, type TxtMessage } from './message.ts'

export interface DnsOptions {
  /** Addresses, with port where it is not 53; none: those that the system uses. */
  servers: readonly string[]
  /** Milliseconds that one server gets to answer. Default 2,000. */
  patience?: number
}

/** How often the servers are gone through. */
const rounds = 2
const noSuchName = 3

/** Node's own resolver does not tell how long a TXT record lives, so its servers are asked here. */
export function openDns({ servers, patience = 2_000 }: DnsOptions): TxtRecords {
  return {
    async lookUp(domain, signal): Promise<TxtAnswer> {
      const question = txtQuestion(randomInt(65_536), domain)
      if (question === undefined) return { texts: [] }
      const known = (servers.length > 0 ? servers : getServers()).map(parseServer)
      let why: Error = new Error('there is no server of the domain name system to ask')
      for (const server of Array.from({ length: rounds }, () => known).flat()) {
        signal.throwIfAborted()
        const late = AbortSignal.timeout(patience)
        try {
          const { code, texts, ttl } = await ask(server, question, AbortSignal.any([signal, late]))
          if (code === 0 || code === noSuchName) return { texts, ttl: ttl === undefined ? undefined : ttl * 1000 }
          why = new Error(`the domain name system failed (code ${code})`)
        } catch (error) {
          why = late.aborted ? new DOMException('the domain name system did not answer in time', 'TimeoutError') : new Error(`the domain name system could not be asked (${(error as Error).message})`, { cause: error })
        }
      }
      signal.throwIfAborted()
      throw why
    },
  }
}

async function ask(server: DnsServer, question: Buffer, signal: AbortSignal): Promise<TxtMessage> {
  const read = (answer: Buffer) => readTxtAnswer(answer, question)
  const found = await overUdp(server, question, read, signal)
  return found.truncated ? overTcp(server, question, read, signal) : found
}
