import { setTimeout as sleep } from 'node:timers/promises'
import { startKubo } from '../test/support/kubo.ts'
import { startServer } from '../test/support/server.ts'
import { timed } from './measure.ts'

/** Kubo's own client sometimes waits for blocks for ever, so its time is limited, and it gets another try. */
const kuboLimit = 60_000
const kuboTries = 4

/** Seconds in which a fresh Kubo pins what a peer has, over a connection that is there; every block is on the disk then. */
export async function secondsToKubo(peer: string, root: string): Promise<number> {
  for (let tries = 1; ; tries++) {
    const kubo = await startKubo({ sync: true })
    try {
      await rpc(kubo.api, `swarm/connect?arg=${encodeURIComponent(peer)}`)
      return await timed(() => rpc(kubo.api, `pin/add?arg=${root}`))
    } catch (error) {
      if (tries === kuboTries) throw error
      process.stderr.write(`  Kubo is tried again with ${peer}: ${String(error)}\n`)
    } finally {
      await kubo.stop()
    }
  }
}

/** Seconds from the request to `pinned` of a fresh Thole, which has pinned `greeting` before: over a connection that is there. Without: the first request of all, which dials. */
export async function secondsToThole(origins: readonly string[], root: string, greeting?: string): Promise<number> {
  const server = await startServer()
  try {
    const headers = { authorization: `Bearer ${await server.createKey()}`, 'content-type': 'application/json' }
    const ask = async (path: string, init: RequestInit = {}) => {
      const answer = await fetch(`${server.url}/psa/pins${path}`, { ...init, headers })
      return (await answer.json()) as { requestid: string; status: string; info?: { status_details?: string } }
    }
    const pinned = async (cid: string) => {
      let pin = await ask('', { method: 'POST', body: JSON.stringify({ cid, origins }) })
      while (pin.status !== 'pinned') {
        if (pin.status !== 'queued' && pin.status !== 'pinning') throw new Error(`the pin is ${pin.status}: ${pin.info?.status_details}`)
        await sleep(25)
        pin = await ask(`/${pin.requestid}`)
      }
    }
    if (greeting !== undefined) await pinned(greeting)
    return await timed(() => pinned(root))
  } finally {
    await server.stop()
  }
}

async function rpc(api: string, path: string): Promise<void> {
  const answer = await fetch(`${api}/api/v0/${path}`, { method: 'POST', signal: AbortSignal.timeout(kuboLimit) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
}
