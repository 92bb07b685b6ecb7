import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, type Client } from '../support/api.ts'
import { bigFile, sendStream, type BigFile } from '../support/big-file.ts'
import { several } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** As classic clients cut: some 50 MiB. 31 GiB were the most that NFT.Storage took for one upload. */
const leavesPerPart = 50
const gibibytes = Number(process.env.SPLIT_CAR_GIB ?? 3)
const leaves = gibibytes * 1024
const maxRss = 500 * 2 ** 20

let server: TestServer
let api: Client
let key: string
let file: BigFile

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  key = await server.createKey()
  api = client(server.url, key)
  file = await bigFile(leaves)
}, 300_000)
afterAll(() => server?.stop())

test(`${gibibytes} GiB in parts: any order, three at once, the root alone first, some twice; the last one's own answer says pinned`, { timeout: gibibytes * 100_000 }, async () => {
  const cid = file.root.toString()
  const send = (from: number, to: number) => sendStream(`${server.url}/nft/upload`, { authorization: `Bearer ${key}`, 'content-type': 'application/car' }, file.part(from, to))
  const starts = Array.from({ length: Math.ceil(leaves / leavesPerPart) }, (_, i) => i * leavesPerPart)
  const last = starts.splice(Math.floor(starts.length / 2), 1)[0]!
  const start = performance.now()

  const rootAlone = await send(0, 0)
  expect(rootAlone).toMatchObject({ status: 200, body: { value: { cid, pin: { status: 'pinning', missing: { count: expect.any(Number), first: expect.any(Array) } } } } })
  // Backwards and forwards by turns; every tenth part a second time.
  const order = starts.map((_, i) => starts.at(i % 2 ? i >> 1 : -1 - (i >> 1))!).flatMap((from, i) => (i % 10 === 0 ? [from, from] : [from]))
  const answers = await several(order.length, 3, (i) => send(order[i]!, Math.min(order[i]! + leavesPerPart, leaves)))
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.value.pin.status}`))).toEqual(new Set(['200 pinning']))

  const before = (await api.json(`/nft/${cid}`)).body.value.pin
  expect(before).toMatchObject({ status: 'pinning', missing: { count: Math.min(leavesPerPart, leaves - last) } })
  expect(before.missing.first[0]).toEqual({ cid: expect.stringMatching(/^bafkrei/), path: expect.stringMatching(/^\d+\/\d+$/) })
  const ended = await send(last, Math.min(last + leavesPerPart, leaves))
  expect(ended.body.value.pin).toMatchObject({ cid, status: 'pinned' })
  const seconds = (performance.now() - start) / 1000

  expect((await api.json('/nft/')).body.value.map((one: { cid: string }) => one.cid)).toEqual([cid])
  expect((await (await fetch(`${server.url}/web3/status/${cid}`)).json()).pins).toMatchObject([{ status: 'Pinned' }])
  expect((await api.json(`/api/v1/dags/${cid}`)).body).toMatchObject({ state: 'complete', missingCount: 0 })
  expect(Number((await fetch(`${server.url}/ipfs/${cid}`, { method: 'HEAD' })).headers.get('content-length'))).toBe(leaves * 2 ** 20)
  const rss = peakRss(server.pid)
  console.log(`${gibibytes} GiB in ${order.length + 2} parts: ${seconds.toFixed(1)} s, peak RSS ${Math.round(rss / 2 ** 20)} MiB`)
  expect(rss).toBeLessThan(maxRss)
})

/** proc(5): VmHWM is the most that was resident. */
function peakRss(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}
