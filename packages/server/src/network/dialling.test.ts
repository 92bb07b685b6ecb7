import { base58btc } from 'multiformats/bases/base58'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Network } from '../ports/network.ts'
import { embeddedNetwork } from './embedded.ts'
import { limits } from './guest/limits.ts'
import { noBlocks, quiet, until } from './testing/fetching.ts'

const live = new AbortController().signal
let network: Network

beforeAll(async () => {
  network = await embeddedNetwork({ mode: 'local', keyFile: join(await mkdtemp(join(tmpdir(), 'thole-dialling-')), 'key'), log: quiet })
  await network.start(noBlocks)
})
afterAll(() => network.close())

/** An Ed25519 peer id that nobody has. */
function somebody(): string {
  return base58btc.baseEncode(Buffer.concat([Buffer.from('002408011220', 'hex'), randomBytes(32)]))
}

it('of a thousand origins a bounded number is dialled, a few at a time, and none when the fetch is over', async () => {
  const open = new Set<Socket>()
  let most = 0
  const mute = createServer((socket) => {
    open.add(socket)
    most = Math.max(most, open.size)
    socket.on('error', () => {}).on('close', () => open.delete(socket)).resume()
  })
  mute.listen(0, '0.0.0.0')
  await once(mute, 'listening')
  const { port } = mute.address() as AddressInfo
  const origins = Array.from({ length: 1000 }, (_, i) => `/ip4/127.0.${Math.floor(i / 250)}.${1 + (i % 250)}/tcp/${port}/p2p/${somebody()}`)
  const session = network.fetch({ origins, signal: live })
  await until(() => session.attempts().filter(({ state }) => state === 'dialling').length > 0 && open.size > 0)
  expect(session.attempts().length).toBeLessThanOrEqual(256)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(most).toBe(limits.dialsPerFetch)
  await session.close()
  await until(() => open.size === 0)
  const { length } = session.attempts()
  await new Promise((resolve) => setTimeout(resolve, 1000))
  expect([open.size, session.attempts().length]).toEqual([0, length])
  mute.close()
})

it('a place where nobody answers is not dialled by every fetch that names it', async () => {
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  gone.close()
  await once(gone, 'close')
  const reasons: (string | undefined)[] = []
  for (let i = 0; i < 10; i++) {
    const session = network.fetch({ origins: [`/ip4/127.0.0.1/tcp/${port}/p2p/${somebody()}`], signal: live })
    await until(() => session.attempts()[0]?.state === 'failed')
    reasons.push(session.attempts()[0]?.reason)
    await session.close()
  }
  expect(reasons[0]).toBe('connection refused')
  expect(reasons.filter((reason) => reason === 'connection refused at a try shortly before').length).toBeGreaterThanOrEqual(7)
})
