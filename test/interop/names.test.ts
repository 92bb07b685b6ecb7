import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newOwner } from '../../packages/server/src/domain/names/testing/make-record.ts'
import { client } from '../support/api.ts'
import { noKubo, startKubo, type Kubo } from '../support/kubo.ts'
import { startServer, type TestServer } from '../support/server.ts'

const type = 'application/vnd.ipfs.ipns-record'

describe.skipIf(noKubo)(noKubo ?? 'names, with Kubo', () => {
  let server: TestServer
  let kubo: Kubo
  let cid: string

  beforeAll(async () => {
    server = await startServer()
    kubo = await startKubo({ router: server.url })
    const { body } = await client(server.url, await server.createKey(['upload'])).upload('hello from a name')
    cid = body.roots[0].cid
  })
  afterAll(async () => {
    await kubo?.stop()
    await server?.stop()
  })

  const read = async (name: string) => {
    const response = await fetch(`${server.url}/ipns/${name}`)
    return { status: response.status, text: await response.text() }
  }

  test.each(['ed25519', 'rsa'])('what Kubo publishes with a key of type %s comes here, and is followed', async (kind) => {
    const name = await kubo.line(['key', 'gen', `--type=${kind}`, kind])
    await kubo.ipfs(['name', 'publish', `--key=${kind}`, '--resolve=false', '--ttl=2m', `/ipfs/${cid}`])
    expect(await read(name)).toEqual({ status: 200, text: 'hello from a name' })
    const { headers } = await fetch(`${server.url}/ipns/${name}`)
    expect(headers.get('cache-control')).toBe('public, max-age=120')
    await kubo.ipfs(['name', 'publish', `--key=${kind}`, '--resolve=false', '/ipfs/bafkqablimvwgy3y'])
    await expect.poll(() => read(name)).toEqual({ status: 200, text: 'hello' })
  })

  test('Kubo takes the records that are here, of each form', async () => {
    for (const v1 of [undefined, {}]) {
      const { name, sign } = await newOwner()
      await fetch(`${server.url}/routing/v1/ipns/${name.text}`, { method: 'PUT', body: (await sign({ value: `/ipfs/${cid}`, v1 })) as BodyInit, headers: { 'content-type': type } })
      expect(await kubo.line(['name', 'resolve', `/ipns/${name.text}`])).toBe(`/ipfs/${cid}`)
      const record = Buffer.from(await (await fetch(`${server.url}/ipns/${name.text}?format=ipns-record`)).arrayBuffer())
      expect(await kubo.line(['name', 'inspect', `--verify=${name.text}`], record)).toMatch(/Valid: +true/)
    }
  })

  test('Kubo is told that there is no record', async () => {
    const { name } = await newOwner()
    await expect(kubo.line(['name', 'resolve', `/ipns/${name.text}`])).rejects.toThrow(/could not resolve name/)
  })
})
