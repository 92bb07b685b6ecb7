import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { base58btc } from 'multiformats/bases/base58'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { car, client, pattern, rawBlock, type Client } from '../support/api.ts'
import { fileInBlocks } from '../support/file-in-blocks.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let payer: Client

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_METAPLEX_ACCOUNT: 'Payer@example.org', THOLE_METAPLEX_MAX_BYTES: '1000000', THOLE_METAPLEX_RATE: '40' })
  payer = client(server.url, await server.createKey(undefined, 'payer@example.org'))
})
afterAll(() => server?.stop())

const wallet = () => generateKeyPairSync('ed25519')
const didOf = (key: KeyObject) => `did:key:${base58btc.encode(Uint8Array.of(0xed, 0x01, ...Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url')))}`
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** As @nftstorage/metaplex-auth signs it. */
function tokenFor(rootCID: unknown, { publicKey, privateKey } = wallet(), change: { iss?: unknown; alg?: string; by?: KeyObject } = {}): string {
  const content = `${encoded({ alg: change.alg ?? 'EdDSA', typ: 'JWT' })}.${encoded({ iss: change.iss ?? didOf(publicKey), req: { put: { rootCID, tags: { solanaCluster: 'devnet' } } } })}`
  return `${content}.${sign(null, Buffer.from(content), change.by ?? privateKey).toString('base64url')}`
}

async function send(header: string | undefined, bytes: Uint8Array, to = server.url) {
  const answer = await fetch(`${to}/nft/metaplex/upload`, { method: 'POST', body: bytes as BodyInit, headers: { 'content-type': 'application/car', ...(header && { 'x-web3auth': header }) } })
  return { status: answer.status, body: (await answer.json()) as any }
}

test('what a wallet has signed is taken, in parts too, and belongs to the account that pays', async () => {
  const { root, leaves } = await fileInBlocks(pattern(4000, 5), 1000)
  const token = `Metaplex ${tokenFor(root.cid.toString())}`
  expect(await send(token, car([root.cid], [root, ...leaves.slice(0, 2)]))).toMatchObject({ status: 200, body: { ok: true, value: { cid: root.cid.toString(), pin: { status: 'pinning' } } } })
  expect(await send(token, car([root.cid], [root, ...leaves.slice(2)]))).toMatchObject({ status: 200, body: { value: { pin: { status: 'pinned' }, scope: 'metaplex' } } })
  expect((await payer.json('/nft/')).body.value).toMatchObject([{ cid: root.cid.toString(), type: 'application/car', scope: 'metaplex' }])
})

test('nothing else is', async () => {
  const leaf = rawBlock(Buffer.from('not signed for'))
  const [cid, bytes] = [leaf.cid.toString(), car([leaf.cid], [leaf])]
  const before = (await payer.json('/nft/')).headers.get('count')
  const bad = [
    undefined,
    'Bearer x',
    'Metaplex ',
    'Metaplex a.b.c',
    `Metaplex ${encoded(null)}.${encoded(null)}.x`,
    `Metaplex ${'x'.repeat(9000)}`,
    `Metaplex ${tokenFor(rawBlock(Buffer.from('another')).cid.toString())}`,
    `Metaplex ${tokenFor(undefined)}`,
    `Metaplex ${tokenFor({})}`,
    `Metaplex ${tokenFor('no cid')}`,
    `Metaplex ${tokenFor(cid, wallet(), { by: wallet().privateKey })}`,
    `Metaplex ${tokenFor(cid, wallet(), { iss: 'did:key:z6Mk' })}`,
    `Metaplex ${tokenFor(cid, wallet(), { iss: 'did:web:example.org' })}`,
    `Metaplex ${tokenFor(cid, wallet(), { iss: {} })}`,
    `Metaplex ${tokenFor(cid, wallet(), { alg: 'none' })}`,
  ]
  for (const header of bad) expect([header, await send(header, bytes)]).toMatchObject([header, { status: 401, body: { ok: false, error: { code: 'ERROR_UNAUTHENTICATED', message: expect.any(String) } } }])
  expect((await payer.json('/nft/')).headers.get('count')).toBe(before)
  expect(server.output()).not.toMatch(/INTERNAL/)
})

test('no more than the account may hold, what waits for parts included', async () => {
  const { root, leaves } = await fileInBlocks(pattern(1_200_000, 6), 300_000)
  const token = `Metaplex ${tokenFor(root.cid.toString())}`
  expect((await send(token, car([root.cid], [root, ...leaves]))).status).toBe(413)
  const [first, second, third, fourth] = leaves.map((leaf) => car([root.cid], [root, leaf]))
  expect([(await send(token, first!)).status, (await send(token, second!)).status, (await send(token, third!)).status]).toEqual([200, 200, 200])
  expect((await send(token, fourth!)).status).toBe(413)
})

test('no more often than once in a while from one address', async () => {
  const answers: number[] = []
  for (let i = 0; i < 45 && answers.at(-1) !== 429; i++) answers.push((await send(undefined, new Uint8Array())).status)
  expect(answers.at(-1)).toBe(429)
})

test('it is off until an operator names an account', async () => {
  const other = await startServer({ THOLE_NETWORK: 'none' })
  try {
    const leaf = rawBlock(Buffer.from('nobody pays'))
    expect(await send(`Metaplex ${tokenFor(leaf.cid.toString())}`, car([leaf.cid], [leaf]), other.url)).toMatchObject({ status: 404, body: { ok: false, error: { code: 'HTTP_ERROR' } } })
  } finally {
    await other.stop()
  }
})
