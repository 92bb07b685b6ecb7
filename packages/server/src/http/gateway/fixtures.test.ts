import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestGateway, type TestGateway } from './gateway.fixture.ts'

/** The folder of the fixtures of ipfs/gateway-conformance; they are not part of this repository. */
const folder = process.env['GATEWAY_CONFORMANCE_FIXTURES']

const words = folder ? 'the fixtures of gateway-conformance' : 'the fixtures of gateway-conformance (GATEWAY_CONFORMANCE_FIXTURES is not set)'

describe.skipIf(!folder)(words, () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await openTestGateway()
    for (const file of globSync('**/*.car', { cwd: folder })) await gateway.car(readFileSync(join(folder!, file)))
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  test('headers of a cached file', async () => {
    const root = 'bafybeib3ffl2teiqdncv3mkz4r23b5ctrwkzrrhctdbne6iboayxuxk5ui'
    const path = `/ipfs/${root}/root2/root3/root4/index.html`
    const { status, text, headers } = await gateway.ask(path)
    expect([status, text]).toEqual([200, 'hello\n'])
    expect(headers).toMatchObject({ 'x-ipfs-path': path, etag: '"bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am"' })
    expect(headers['x-ipfs-roots']).toMatch(new RegExp(`^${root},(\\w+,){3}bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am$`))
    const page = await gateway.ask(`/ipfs/${root}/root2/root3/root4/`)
    expect(page).toMatchObject({ text: 'hello\n', headers: { etag: `"${page.headers['x-ipfs-roots']?.split(',').at(-1)}"` } })
  })

  test('names that need escapes', async () => {
    const answer = await gateway.ask(
      '/ipfs/bafybeig675grnxcmshiuzdaz2xalm6ef4thxxds6o6ypakpghm5kghpc34/Portugal%252C%2BEspa%C3%B1a=Peninsula%20Ib%C3%A9rica.txt',
    )
    expect(answer).toMatchObject({ status: 200, text: 'hello from a percent encoded filename\n' })
    const utf8 = await gateway.ask('/ipfs/bafybeig6ka5mlwkl4subqhaiatalkcleo4jgnr3hqwvpmsqfca27cijp3i/ą/ę/file-źł.txt')
    expect(utf8.text).toBe('I am a txt file on path with utf8\n')
  })

  test('a symlink', async () => {
    const answer = await gateway.ask('/ipfs/QmWvY6FaqFMS89YAQ9NAPjVP4WZKA1qbHbicc9HeSKQTgt/bar')
    expect(answer).toMatchObject({ status: 200, text: 'foo' })
  })

  test('ranges around a block that is missing', async () => {
    const path = '/ipfs/QmYhmPjhFjYFyaoiuNzYv8WGavpSRDwdHWe5B4M5du5Rtk'
    for (const range of ['bytes=0-1000', 'bytes=2200-']) expect((await gateway.ask(path, { headers: { range } })).status).toBe(206)
    await expect(gateway.ask(path, { headers: { range: 'bytes=1000-1100' } })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a file in a sharded directory', async () => {
    const path = '/ipfs/bafybeidbclfqleg2uojchspzd4bob56dqetqjsj27gy2cq3klkkgxtpn4i/470.txt'
    const answer = await gateway.ask(path)
    expect(answer.headers['x-ipfs-roots']?.split(',')).toHaveLength(2)
    expect(answer.bytes).toHaveLength(1026)
    const proof = await gateway.ask(`${path}?format=car`)
    await using light = await openTestGateway()
    await light.car(proof.bytes)
    expect((await light.ask(path)).text).toBe(answer.text)
  })

  test('data blocks and what lies inside of them', async () => {
    const root = 'bafyreibs4utpgbn7uqegmd2goqz4bkyflre2ek2iwv743fhvylwi4zeeim'
    expect((await gateway.ask(`/ipfs/${root}/foo/link`)).headers['content-type']).toBe('application/vnd.ipld.dag-cbor')
    expect((await gateway.ask(`/ipfs/${root}/foo`)).status).toBe(501)
    const json = await gateway.ask('/ipfs/bagaaierajjsnhsxqlgfrvknlt7z2heoljcgfv37cn45tu7mhmr23x3ekiboq')
    expect(json.headers['content-type']).toBe('application/json')
  })
})
