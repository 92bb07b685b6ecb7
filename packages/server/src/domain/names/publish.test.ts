import { expect, test, vi } from 'vitest'
import { openNameHouse } from './testing/house.ts'
import { newOwner } from './testing/make-record.ts'
import { noRouting } from './testing/test-names.ts'

const never = new AbortController().signal
const client = '192.0.2.1'

test('a record is kept, until a newer one comes; the same one again changes nothing', async () => {
  await using house = await openNameHouse()
  const { name, sign } = await newOwner()
  const [first, second] = [await sign({ sequence: 1n }), await sign({ sequence: 2n, value: '/ipfs/bafkqaaa/new', ttl: 60_000 })]
  await house.names.publish(name, first, client)
  expect((await house.names.record(name, never)).record.bytes).toEqual(Uint8Array.from(first))
  await house.names.publish(name, second, client)
  await house.names.publish(name, second, client)
  expect(await house.names.record(name, never)).toMatchObject({ ttl: 60_000, record: { value: '/ipfs/bafkqaaa/new', sequence: 2n } })
  await expect(house.names.publish(name, first, client)).rejects.toMatchObject({ code: 'CONFLICT' })
  await expect(house.names.publish(name, await sign({ sequence: 2n, expires: Date.UTC(2029, 0, 1) }), client)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
})

test('of two that are given at once the newer one stays', async () => {
  await using house = await openNameHouse()
  const { name, sign } = await newOwner()
  const records = await Promise.all([4n, 2n, 5n, 1n, 3n].map((sequence) => sign({ sequence })))
  await Promise.allSettled(records.map((record) => house.names.publish(name, record, client)))
  expect((await house.names.record(name, never)).record.sequence).toBe(5n)
})

test('an expired one is not taken; one that expires here is not served any more, and says so', async () => {
  await using house = await openNameHouse()
  const { name, sign } = await newOwner()
  await expect(house.names.publish(name, await sign({ expires: house.now }), client)).rejects.toThrow(/expired at 2030-01-01/)
  await house.names.publish(name, await sign({ expires: house.now + 5_000, ttl: 60_000 }), client)
  expect((await house.names.record(name, never)).ttl).toBe(5_000)
  house.now += 5_000
  await expect(house.names.record(name, never)).rejects.toMatchObject({ code: 'NAME_NOT_RESOLVED', status: 502, message: expect.stringMatching(/expired at 2030-01-01T00:00:05.000Z; the network has no record/) })
})

test('what is in the database is checked before it is served', async () => {
  await using house = await openNameHouse()
  const [owner, other] = [await newOwner(), await newOwner()]
  const put = (record: Uint8Array) => house.db.write((w) => w.names.put({ name: owner.name.text, record, expires: 4e12, received: 1 }, 1))
  for (const record of [await other.sign(), await owner.sign({ unsigned: true, v1: {} }), Buffer.from('x'), Buffer.alloc(0)]) {
    await put(record)
    house.now += 2_000
    await expect(house.names.record(owner.name, never)).rejects.toMatchObject({ code: 'NAME_NOT_RESOLVED', message: expect.stringContaining('no valid IPNS record') })
  }
})

test('so many names, so many of one client; a name that is known is not one more', async () => {
  await using house = await openNameHouse({ limits: { maxNames: 4, maxPerClient: 2 } })
  const owners = await Promise.all(Array.from({ length: 5 }, () => newOwner()))
  const publish = async (at: number, from: string, sequence = 1n) => house.names.publish(owners[at]!.name, await owners[at]!.sign({ sequence }), from)
  await publish(0, 'a')
  await publish(1, 'a')
  await expect(publish(2, 'a')).rejects.toThrow(/2 at most from one address/)
  await publish(0, 'a', 2n)
  await publish(0, 'b', 3n)
  await expect(publish(2, 'a')).rejects.toThrow(/2 at most from one address/)
  await publish(2, 'b')
  await publish(3, 'b')
  await expect(publish(4, 'c')).rejects.toMatchObject({ code: 'NAMES_FULL', message: expect.stringContaining('4 at most') })
  await publish(3, 'c', 2n)
})

test('a server that takes none says so', async () => {
  await using house = await openNameHouse({ limits: { maxNames: 0, maxPerClient: 0 } })
  const { name, sign } = await newOwner()
  await expect(house.names.publish(name, await sign(), client)).rejects.toMatchObject({ code: 'NAMES_FULL' })
})

test('the network is told at once, again after twelve hours, and of nothing that expired', async () => {
  await using house = await openNameHouse()
  const { name, sign } = await newOwner()
  const record = await sign({ expires: house.now + 20 * 3_600_000 })
  await house.names.publish(name, record, client)
  expect(await house.db.read((r) => r.jobs.byKey('republish-names', ''))).toMatchObject({ runAt: house.now + 1_000 })
  const turn = async () => {
    await house.names.republish(never)
    return house.network.told.length
  }
  expect(await turn()).toBe(1)
  expect(house.network.told[0]).toEqual({ name: Buffer.from(name.multihash.bytes).toString('hex'), record: Uint8Array.from(record) })
  house.now += 11 * 3_600_000
  expect(await turn()).toBe(1)
  house.now += 3_600_000
  expect(await turn()).toBe(2)
  house.now += 12 * 3_600_000
  expect(await turn()).toBe(2)
  expect(await house.db.read((r) => r.names.count())).toBe(1)
  house.now += 7 * 86_400_000
  await turn()
  expect(await house.db.read((r) => r.names.count())).toBe(0)
})

test('what the network did not take is tried again, less and less often; where nobody can be told, all wait', async () => {
  await using house = await openNameHouse()
  const [a, b] = [await newOwner(), await newOwner()]
  for (const { name, sign } of [a, b]) await house.names.publish(name, await sign(), client)
  house.network.takes = { state: 'off', reason: 'nobody is there' }
  await house.names.republish(never)
  house.network.takes = { state: 'failed', reason: 'no' }
  await house.names.republish(never)
  const dues = async () => (await house.db.read((r) => r.names.due(house.now + 1e10, 10))).map(({ tries }) => tries)
  expect(await dues()).toEqual([1, 1])
  house.now += 60_000
  await house.names.republish(never)
  expect(await dues()).toEqual([2, 2])
  house.now += 60_000
  await house.names.republish(never)
  expect(await dues()).toEqual([2, 2])
  house.network.takes = { state: 'told', peers: 1 }
  house.now += 600_000
  await house.names.republish(never)
  expect(await dues()).toEqual([0, 0])
  expect(house.network.told).toHaveLength(2)
})

test('nobody is told where the configuration does not ask for it', async () => {
  await using house = await openNameHouse({ republishes: false })
  const { name, sign } = await newOwner()
  await house.names.publish(name, await sign(), client)
  await house.names.republish(never)
  expect(house.network.told).toEqual([])
})

test('many who read one name have it looked at once, and checked again only where it has changed', async () => {
  await using house = await openNameHouse()
  const { name, sign } = await newOwner()
  await house.names.publish(name, await sign({ sequence: 1n }), 'a')
  const read = vi.spyOn(house.db, 'read')
  const [first, second] = await Promise.all([house.names.record(name, never), house.names.record(name, never)])
  expect(read).toHaveBeenCalledTimes(1)
  expect(second!.record).toBe(first!.record)
  house.now += 60_000
  expect((await house.names.record(name, never)).record).toBe(first!.record)
  expect(read).toHaveBeenCalledTimes(2)
  await house.db.write(async (w) => w.names.put({ name: name.text, record: await sign({ sequence: 2n }), expires: first!.record.expires, received: house.now }, house.now))
  house.now += 60_000
  expect((await house.names.record(name, never)).record.sequence).toBe(2n)
})

test('a renewal for which there was no place is not put off for the whole life of the record', async () => {
  const { name, sign } = await newOwner()
  const newer = await sign({ sequence: 2n })
  const find = (hash: Uint8Array) => (Buffer.compare(hash, name.multihash.bytes) === 0 ? Promise.resolve({ state: 'found' as const, records: [newer] }) : new Promise<never>(() => {}))
  await using house = await openNameHouse({ routing: { ...noRouting, find } })
  await house.names.publish(name, await sign({ sequence: 1n, ttl: 3_600_000 }), client)
  const gone = new AbortController()
  for (let i = 0; i < 4; i++) house.names.record((await newOwner()).name, gone.signal, { client }).catch(() => {})
  await vi.waitFor(() => expect(house.names.record(name, never, { client })).resolves.toMatchObject({ record: { sequence: 1n } }))
  house.now += 20_000
  await vi.waitFor(async () => {
    house.now += 1_000
    expect((await house.names.record(name, never)).record.sequence).toBe(2n)
  })
  gone.abort()
})
