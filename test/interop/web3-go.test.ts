import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, pattern } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { goW3s, noGoW3s } from '../support/go-w3s.ts'
import { startServer, type TestServer } from '../support/server.ts'

interface Status {
  cid: string
  dagSize: number
  created: string
  pins: { status: string; peerId: string; peerName: string }[]
  deals: number
}

describe.skipIf(noGoW3s)(noGoW3s ?? 'go-w3s-client', () => {
  let server: TestServer
  let key: string
  /** Its endpoint has no slash at the end. */
  const w3s = (...args: string[]) => goW3s(`${server.url}/web3`, key, ...args)
  const lines = (text: string) => text.split('\n').map((line) => JSON.parse(line) as Status)

  beforeAll(async () => {
    server = await startServer({ THOLE_NETWORK: 'none' })
    key = await server.createKey()
  })
  afterAll(() => server?.stop())

  test('puts a folder in parts of 10 MiB, sees it, gets it back', async () => {
    const large = pattern(25 << 20, 4)
    await using place = await temporaryFolder({ 'in/large.bin': large, 'in/docs/small.txt': 'small' })
    const cid = await w3s('put', join(place.path, 'in'))
    const [status] = lines(await w3s('status', cid))
    expect(status).toMatchObject({ cid, dagSize: expect.any(Number), pins: [{ status: 'Pinned', peerId: expect.stringMatching(/^12D3KooW/), peerName: 'thole' }], deals: 0 })
    expect(status!.dagSize).toBeGreaterThan(large.length)
    await w3s('get', cid, join(place.path, 'out'))
    expect(Buffer.compare(await readFile(join(place.path, 'out/large.bin')), large)).toBe(0)
    expect(await readFile(join(place.path, 'out/docs/small.txt'), 'utf8')).toBe('small')
    const entry = await client(`${server.url}/web3`, key).json(`/user/uploads/${cid}`)
    expect(entry.body.parts.length).toBeGreaterThan(1)
  }, 120_000)

  test('lists page after page', async () => {
    const sender = client(`${server.url}/web3`, key)
    for (let i = 0; i < 130; i++) await sender.upload(`for Go ${i}`, '/upload')
    const listed = lines(await w3s('list', '120'))
    expect(new Set(listed.map(({ cid }) => cid)).size).toBe(120)
    expect(lines(await w3s('list', '7')).map(({ cid }) => cid)).toEqual(listed.slice(0, 7).map(({ cid }) => cid))
  }, 120_000)

  test('says what was refused', async () => {
    await using place = await temporaryFolder({ 'a.txt': 'a' })
    await expect(goW3s(`${server.url}/web3`, 'wrong', 'put', join(place.path, 'a.txt'))).rejects.toThrow(/401/)
  })
})
