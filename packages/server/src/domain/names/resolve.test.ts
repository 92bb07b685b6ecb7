import { expect, test } from 'vitest'
import { createModeration } from '../moderation/index.ts'
import { parseName } from './index.ts'
import { openNameHouse, type NameHouse } from './testing/house.ts'
import { newOwner, type Owner } from './testing/make-record.ts'

const never = new AbortController().signal
const content = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'

async function resolve({ names }: NameHouse, text: string, signal = never) {
  const { root, ...rest } = await names.resolve(parseName(text)!, [], signal)
  return { root: String(root), ...rest }
}

const publish = async (house: NameHouse, { name, sign }: Owner, value: string, ttl = 300_000) => house.names.publish(name, await sign({ value, ttl }), 'a')
const inNetwork = (house: NameHouse, { name }: Owner, ...records: Uint8Array[]) => house.network.records.set(Buffer.from(name.multihash.bytes).toString('hex'), records)

test('names lead through names to content; each path stays, the first one last; the shortest life counts', async () => {
  const dnslinks = new Map([['first.example', '/ipns/second.example/b']])
  await using house = await openNameHouse({ dnslinks })
  house.dns.ttl = 120_000
  const [one, two] = [await newOwner(), await newOwner('RSA')]
  house.dns.records.set('_dnslink.second.example', [`dnslink=/ipns/${one.key.publicKey.toString()}/c`])
  await publish(house, one, `/ipns/${two.name.text}/d/e`)
  await publish(house, two, `/ipfs/${content}/f`, 60_000)
  expect(await resolve(house, two.name.text)).toEqual({ root: content, names: ['f'], ttl: 60_000 })
  expect(await resolve(house, one.name.text)).toEqual({ root: content, names: ['f', 'd', 'e'], ttl: 60_000 })
  expect(await resolve(house, 'Second.Example')).toEqual({ root: content, names: ['f', 'd', 'e', 'c'], ttl: 60_000 })
  // What the operator wrote has no life of its own.
  expect(await resolve(house, 'first.example')).toEqual({ root: content, names: ['f', 'd', 'e', 'c', 'b'], ttl: undefined })
})

test('a name that leads to itself, or through too many, is refused', async () => {
  await using house = await openNameHouse()
  house.dns.records.set('_dnslink.self.example', ['dnslink=/ipns/self.example'])
  house.dns.records.set('_dnslink.a.example', ['dnslink=/ipns/b.example/x'])
  house.dns.records.set('_dnslink.b.example', ['dnslink=/ipns/a.example/y'])
  for (let i = 1; i < 40; i++) house.dns.records.set(`_dnslink.n${i}.example`, [`dnslink=/ipns/n${i + 1}.example`])
  house.dns.records.set('_dnslink.n40.example', [`dnslink=/ipfs/${content}`])
  for (const name of ['self.example', 'a.example']) await expect(resolve(house, name)).rejects.toMatchObject({ status: 400, message: expect.stringContaining(`${name} leads back to itself`) })
  await expect(resolve(house, 'n1.example')).rejects.toMatchObject({ status: 400, message: expect.stringContaining('more than 32') })
  expect((await resolve(house, 'n9.example')).root).toBe(content)
})

test('_dnslink comes first, the domain itself second; answers are kept for as long as they say', async () => {
  await using house = await openNameHouse()
  house.dns.records.set('site.example', ['unrelated', `dnslink=/ipfs/${content}`])
  house.dns.ttl = 10_000
  expect(await resolve(house, 'site.example')).toMatchObject({ ttl: 10_000 })
  expect(house.dns.asked).toEqual(['_dnslink.site.example', 'site.example'])
  house.now += 9_999
  expect(await resolve(house, 'site.example')).toMatchObject({ ttl: 1 })
  expect(house.dns.asked).toHaveLength(2)
  house.now += 1
  house.dns.records.set('_dnslink.site.example', ['dnslink=/ipfs/bafkqaaa'])
  expect((await resolve(house, 'site.example')).root).toBe('bafkqaaa')
  expect(house.dns.asked.slice(2)).toEqual(['_dnslink.site.example'])
})

test('the absence of a link is remembered for a while; that nobody could be asked is not', async () => {
  await using house = await openNameHouse()
  const fails = (words: string) => expect(resolve(house, 'no.example')).rejects.toMatchObject({ code: 'NAME_NOT_RESOLVED', status: 502, message: expect.stringContaining(words) })
  await fails('neither _dnslink.no.example nor no.example has')
  await fails('neither')
  expect(house.dns.asked).toHaveLength(2)
  house.now += 15_000
  house.dns.records.set('_dnslink.no.example', new Error('its servers failed'))
  await fails('its servers failed')
  await fails('its servers failed')
  expect(house.dns.asked).toHaveLength(4)
})

test('without a domain name system only what the operator wrote is known', async () => {
  await using house = await openNameHouse({ txt: undefined, dnslinks: new Map([['a.example', `/ipfs/${content}`], ['b.example', '/ipfs/nonsense']]) })
  expect((await resolve(house, 'a.example')).root).toBe(content)
  await expect(resolve(house, 'c.example')).rejects.toMatchObject({ status: 502, message: expect.stringContaining('THOLE_DNSLINKS') })
  await expect(resolve(house, 'b.example')).rejects.toMatchObject({ status: 502, message: expect.stringContaining('"/ipfs/nonsense", which is no path') })
})

test('of what the network has, the newest that is valid counts; it is kept for its life', async () => {
  await using house = await openNameHouse()
  const [owner, other] = [await newOwner(), await newOwner()]
  const value = (n: number) => ({ value: `/ipfs/${content}/${n}`, sequence: BigInt(n), ttl: 60_000 })
  inNetwork(house, owner, await other.sign(value(9)), await owner.sign(value(2)), await owner.sign(value(3)), await owner.sign({ ...value(8), expires: house.now }), await owner.sign(value(1)), Buffer.from('x'))
  expect(await resolve(house, owner.name.text)).toEqual({ root: content, names: ['3'], ttl: 60_000 })
  house.now += 45_000
  expect(await resolve(house, owner.name.text)).toMatchObject({ ttl: 15_000 })
  expect(house.network.asked).toHaveLength(1)
  house.now += 15_000
  inNetwork(house, owner, await other.sign(value(9)))
  await expect(resolve(house, owner.name.text)).rejects.toMatchObject({ message: expect.stringContaining('no record that the network has of it is valid') })
})

test('what is published here is served at once, and renewed from the network when its life is over', async () => {
  await using house = await openNameHouse()
  const owner = await newOwner()
  await house.names.publish(owner.name, await owner.sign({ value: `/ipfs/${content}/old`, sequence: 1n, ttl: 120_000 }), 'a')
  const names = async () => (await resolve(house, owner.name.text)).names
  expect(await names()).toEqual(['old'])
  inNetwork(house, owner, await owner.sign({ value: `/ipfs/${content}/new`, sequence: 2n }))
  house.now += 119_000
  expect(await names()).toEqual(['old'])
  expect(house.network.asked).toHaveLength(1)
  house.now += 1_000
  expect(await names()).toEqual(['old'])
  await expect.poll(names).toEqual(['new'])
  expect(await house.db.read((r) => r.names.get(owner.name.text))).toMatchObject({ client: 'a' })
})

test('it says why a key leads nowhere', async () => {
  await using house = await openNameHouse()
  const { name } = await newOwner()
  house.network.answer = { state: 'off', reason: 'this server is set to THOLE_NETWORK=local' }
  await expect(resolve(house, name.text)).rejects.toMatchObject({ status: 502, message: `The name ${name.text} leads nowhere: no record of it was published here; this server is set to THOLE_NETWORK=local.` })
})

test('who went away is not waited for', async () => {
  await using house = await openNameHouse({ txt: { lookUp: () => new Promise(() => {}) } })
  const gone = new AbortController()
  const asked = resolve(house, 'slow.example', gone.signal)
  gone.abort(new Error('gone'))
  await expect(asked).rejects.toThrow('gone')
})

test('denylists are asked at each hop, with the path', async () => {
  const denied: string[] = []
  const moderation = createModeration({
    isEmpty: false,
    find: () => undefined,
    findName(name, names = []) {
      denied.push([name, ...names].join('/'))
      return name === 'bad.example' ? { rule: 'list:1', status: 451 } : undefined
    },
    lists: () => [],
    close: async () => {},
  })
  await using house = await openNameHouse({ moderation, dnslinks: new Map([['good.example', '/ipns/bad.example/x']]) })
  await expect(house.names.resolve(parseName('good.example')!, ['y', 'z'], never)).rejects.toMatchObject({ status: 451 })
  expect(denied).toEqual(['good.example/y/z', 'bad.example/x/y/z'])
  const { name, sign } = await newOwner()
  await house.names.publish(name, await sign(), 'a')
  expect(denied.at(-1)).toBe(name.text)
})
