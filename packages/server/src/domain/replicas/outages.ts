import { CID } from 'multiformats/cid'
import { Fault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import type { Replicas } from '../../ports/replicas.ts'
import { outageInWords, refusalInWords } from './words.ts'

/** What came of a call, or why nothing did, in words for a person. */
export type Outcome<T> = { value: T } | { why: string }

export interface Outages {
  /** Runs a call to the nodes. The log hears when they cannot be asked any more, and when that is over. */
  survive<T>(call: () => Promise<T>): Promise<Outcome<T>>
  /** Finds out whether the nodes can be asked. */
  probe(): Promise<void>
  close(): void
}

export interface OutageParts {
  replicas: Replicas
  log: Log
  /** Milliseconds between two tries while the nodes are out. */
  probeEvery: number
  /** Called when they can be asked again. */
  onEnd(): Promise<void>
}

/** The empty block, whose bytes are its CID. */
const nothing = CID.parse('bafkqaaa')
const probeMs = 20_000

export function noteOutages({ replicas, log, probeEvery, onEnd }: OutageParts): Outages {
  const stop = new AbortController()
  let isOut = false
  let timer: NodeJS.Timeout | undefined

  async function survive<T>(call: () => Promise<T>): Promise<Outcome<T>> {
    const status = replicas.status()
    const { driver, address } = status
    try {
      const value = await call()
      if (isOut) {
        isOut = false
        log.info({ driver, address }, 'the nodes that keep replicas can be reached again')
        void onEnd().catch((error: unknown) => log.warn({ error }, 'what waits for replicas could not be hastened'))
      }
      return { value }
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'UPSTREAM_FAILED') throw error
      if (error.data.refusal === true) {
        log.warn({ driver, address, why: error.message }, 'the nodes that keep replicas refuse')
        return { why: refusalInWords(status) }
      }
      if (error.data.outage !== true) throw error
      if (!isOut) log.warn({ driver, address, why: error.message }, 'the nodes that keep replicas cannot be asked; what waits for them goes on waiting')
      isOut = true
      probeLater()
      return { why: outageInWords(status) }
    }
  }

  async function probe(): Promise<void> {
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(probeMs)])
    await survive(() => replicas.look([nothing], signal)).catch(() => {})
    if (isOut) probeLater()
  }

  function probeLater(): void {
    if (stop.signal.aborted) return
    clearTimeout(timer)
    timer = setTimeout(probe, probeEvery)
  }

  return {
    survive,
    probe,
    close() {
      stop.abort()
      clearTimeout(timer)
    },
  }
}
