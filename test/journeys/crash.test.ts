import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, pattern, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let key: string
let api: Client

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  key = await server.createKey()
  api = client(server.url, key)
})
afterAll(() => server?.stop())

test('kill -9 during uploads: what was acknowledged is there, what was not is not listed', async () => {
  const acknowledged = new Map<string, Uint8Array>()
  for (let round = 0; round < 4; round++) {
    const hanging = startEndlessUpload()
    let stop = false
    const uploading = Array.from({ length: 4 }, async (_, worker) => {
      for (let i = 0; !stop; i++) {
        const bytes = pattern(2000 + worker * 300_000 + i, round * 100 + worker * 10 + i)
        const answer = await api.upload(bytes).catch(() => undefined)
        if (answer?.status === 201) acknowledged.set(answer.body.roots[0].cid, bytes)
      }
    })
    await new Promise((resolve) => setTimeout(resolve, 150 + round * 90))
    await server.killAndRestart()
    stop = true
    await Promise.all(uploading)
    hanging.destroy()

    const listed = new Set<string>()
    for (let before = ''; ; ) {
      const { body } = await api.json(`/api/v1/uploads?limit=1000${before && `&before=${before}`}`)
      for (const { roots } of body.uploads) listed.add(roots[0].cid)
      if (body.uploads.length < 1000) break
      before = body.uploads.at(-1).created
    }
    for (const [cid, bytes] of acknowledged) {
      expect(listed).toContain(cid)
      const answer = await fetch(`${server.url}/ipfs/${cid}`)
      if (answer.status !== 200) throw new Error(`${cid}: ${answer.status} ${await answer.text()}, ${bytes.length} bytes\n${server.output().slice(-3000)}`)
      expect(Buffer.compare(new Uint8Array(await answer.arrayBuffer()), bytes)).toBe(0)
    }
    // A listed upload that was not acknowledged to this client was complete all the same: its answer was on the way.
    for (const cid of listed) expect((await api.json(`/api/v1/dags/${cid}`)).body.state).toBe('complete')
  }
  expect(acknowledged.size).toBeGreaterThan(8)
})

/** A body that is announced and never ends. */
function startEndlessUpload() {
  const upload = request(`${server.url}/api/v1/uploads?name=never`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-length': 2 ** 30 } })
  upload.on('error', () => {})
  upload.write(pattern(8_000_000, 99))
  return upload
}
