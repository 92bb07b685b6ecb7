import { CID } from 'multiformats/cid'
import { Fault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import type { Replicas } from '../../ports/replicas.ts'

export interface Outages {
  /** Runs a call; what it throws because the nodes could not be asked becomes undefined. The log hears when that begins and ends. */
  survive<T>(call: () => Promise<T>): Promise<T | undefined>
  /** Finds out whether the nodes can be asked. */
  probe(): Promise<void>
}

/** The empty block, whose bytes are its CID. */
const nothing = CID.parse('bafkqaaa')

/** `onEnd`: called when they can be asked again. */
export function noteOutages(replicas: Replicas, log: Log, onEnd: () => Promise<void>): Outages {
  let isOut = false

  async function survive<T>(call: () => Promise<T>): Promise<T | undefined> {
    const { driver, address } = replicas.status()
    try {
      const result = await call()
      if (isOut) {
        isOut = false
        log.info({ driver, address }, 'the nodes that keep replicas can be reached again')
        await onEnd()
      }
      return result
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'UPSTREAM_FAILED') throw error
      if (!isOut) log.warn({ driver, address, why: error.message }, 'the nodes that keep replicas cannot be asked; what waits for them goes on waiting')
      isOut = true
      return undefined
    }
  }

  return {
    survive,
    async probe() {
      await survive(() => replicas.look([nothing], AbortSignal.timeout(20_000))).catch(() => {})
    },
  }
}
