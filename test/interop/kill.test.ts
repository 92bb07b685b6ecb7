import { afterEach, describe, expect, test } from 'vitest'
import { eventually, pattern } from '../support/api.ts'
import { noKubo } from '../support/kubo.ts'
import { childrenOf } from '../support/processes.ts'
import { startValve, type Valve } from '../support/valve.ts'
import { gatewayBytes, usePair } from './pair.ts'

const MiB = 2 ** 20

describe.skipIf(noKubo)(`kill -9 in the middle of a fetch from Kubo${noKubo ? ` (${noKubo})` : ''}`, () => {
  const pair = usePair()
  let valve: Valve
  afterEach(() => valve?.close())

  /** A pin request whose bytes come through a valve: 9 of 24 MiB are here when this resolves, and no more come, however fast the machine is. */
  async function startFetch(seed: number) {
    const bytes = pattern(24 * MiB, seed)
    const cid = await pair.kubo.line(['add', '-Q', '--chunker=size-16384'], bytes)
    const [, port, peer] = /\/tcp\/(\d+)(\/p2p\/.+)$/.exec(pair.kubo.addresses[0]!)!
    valve = await startValve(Number(port))
    const eightMiB = valve.letThrough(8 * MiB)
    const { body } = await pair.api.post('/psa/pins', { cid, origins: [`/ip4/127.0.0.1/tcp/${valve.port}${peer}`] })
    await eightMiB
    // What arrived is made durable every two seconds, with the block that comes then.
    await new Promise((resolve) => setTimeout(resolve, 2500))
    await valve.letThrough(MiB)
    await new Promise((resolve) => setTimeout(resolve, 500))
    const status = async () => (await pair.api.json(`/psa/pins/${body.requestid}`)).body
    await eventually(status, (pin) => pin.status === 'pinning')
    return { bytes, cid, status }
  }

  test('the server: after restart the fetch goes on by itself to pinned, and does not begin again', async () => {
    const { bytes, cid, status } = await startFetch(60)
    await pair.server.killAndRestart()
    expect(['queued', 'pinning']).toContain((await status()).status)
    expect((await pair.api.json(`/api/v1/dags/${cid}`)).body.state).toBe('partial')
    const before = valve.passed()
    void valve.letThrough(Infinity)
    await eventually(status, (pin) => pin.status === 'pinned', 40_000)
    expect(valve.passed() - before).toBeLessThan(20 * MiB)
    expect(Buffer.compare(await gatewayBytes(pair, `/ipfs/${cid}`), bytes)).toBe(0)
  })

  test('the network process: back within two seconds, no HTTP request fails, the fetch finishes', async () => {
    const { bytes, cid, status } = await startFetch(61)
    const [victim] = await childrenOf(pair.server.pid, 'tholed-network')
    const state = async () => (await pair.api.json('/api/v1/instance')).body.network.state as string
    expect(await state()).toBe('running')

    const load = startLoad(pair.server.url, pair.key)
    process.kill(victim!, 'SIGKILL')
    const killed = performance.now()
    await eventually(() => childrenOf(pair.server.pid, 'tholed-network'), (pids) => pids.length === 1 && pids[0] !== victim, 2000)
    await eventually(state, (word) => word === 'running', 2000 - (performance.now() - killed))
    void valve.letThrough(Infinity)
    await eventually(status, (pin) => pin.status === 'pinned', 40_000)
    const { answered, failed } = await load.stop()
    expect(failed).toEqual([])
    expect(answered).toBeGreaterThan(50)
    expect(Buffer.compare(await gatewayBytes(pair, `/ipfs/${cid}`), bytes)).toBe(0)
  })
})

/** Two clients that upload, read, pin and list, one after the other, until they are stopped. */
function startLoad(url: string, key: string) {
  const failed: string[] = []
  let answered = 0
  let running = true
  const headers = { authorization: `Bearer ${key}` }
  const demand = async (path: string, status: number, init: RequestInit = {}) => {
    try {
      const answer = await fetch(url + path, { ...init, headers })
      const body = new Uint8Array(await answer.arrayBuffer())
      if (answer.status !== status) failed.push(`${init.method ?? 'GET'} ${path}: ${answer.status}`)
      answered++
      return body
    } catch (error) {
      failed.push(`${path}: ${String(error)}`)
      return new Uint8Array()
    }
  }
  const clients = Array.from({ length: 2 }, async (_, number) => {
    for (let i = 0; running; i++) {
      const made = await demand('/api/v1/uploads', 201, { method: 'POST', body: `load ${number} ${i}` })
      if (made.length === 0) continue
      const { roots } = JSON.parse(Buffer.from(made).toString()) as { roots: { cid: string }[] }
      await demand(`/ipfs/${roots[0]?.cid}`, 200)
      await demand('/psa/pins', 202, { method: 'POST', body: JSON.stringify({ cid: roots[0]?.cid }) })
      await demand('/psa/pins?limit=10', 200)
    }
  })
  return {
    async stop() {
      running = false
      await Promise.all(clients)
      return { answered, failed }
    },
  }
}
