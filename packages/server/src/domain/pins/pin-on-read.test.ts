import { carFrame, carHeader, codecs, digest, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { scopes } from '../../kernel/scopes.ts'
import type { Principal } from '../access/index.ts'
import { openHouse } from '../replicas/testing/house.ts'
import { createPinOnRead } from './pin-on-read.ts'

type House = Awaited<ReturnType<typeof openHouse>>

function blockOf(text: string): Block {
  const bytes = Buffer.from(text)
  return { cid: CID.createV1(codecs.raw, Digest.create(0x12, digest(0x12, bytes))), bytes }
}

const withoutPin = { profile: 'unixfs-v1-2025', pin: false, signal: new AbortController().signal } as const

async function send({ parts }: House, who: Principal, roots: readonly Block[], blocks = roots, name?: string) {
  const bytes = Buffer.concat([carHeader(roots.map(({ cid }) => cid)), ...blocks.flatMap((block) => carFrame(block))])
  return parts.uploads.car(who, (async function* () { yield bytes })(), { ...withoutPin, name })
}

async function newcomer({ db }: House): Promise<Principal> {
  const id = crypto.randomUUID()
  const account = { id, email: `${id}@example.org`, role: 'user', created: 1, suspended: false } as const
  await db.write((w) => w.accounts.insert(account))
  return { account, scopes: new Set(scopes) }
}

const pinsOf = ({ db }: House, { account }: Principal) => db.read((r) => r.pins.list(account.id, {}, 1000))
const open = (house: House) => createPinOnRead({ completeness: house.parts.completeness, clock: house.clock })

test('every upload that waits for its first reader gets its own pin request, and no other upload', async () => {
  await using house = await openHouse({ wanted: 1, size: 1 })
  await house.reopen(false)
  const [one, other] = [blockOf('one'), blockOf('other')]
  const stranger = await newcomer(house)
  for (let i = 0; i < 210; i++) await send(house, house.who, [one, other], [one, other], `upload ${i}`)
  await send(house, stranger, [one])
  await open(house).pin(one.cid)
  const { count, pins } = await pinsOf(house, house.who)
  expect(count).toBe(210)
  expect(new Set(pins.map(({ uploadId }) => uploadId)).size).toBe(210)
  expect(new Set(pins.map(({ cid, status }) => `${cid} ${status}`))).toEqual(new Set([`${one.cid} pinned`]))
  expect(pins.map(({ name }) => name)).toContain('upload 7-root-0')
  expect(await pinsOf(house, stranger)).toMatchObject({ count: 1 })
  expect((await house.db.read((r) => r.dags.get(String(one.cid))))?.holders).toBe(2 * 211)
})

test('many readers at once pin once', async () => {
  await using house = await openHouse({ wanted: 1, size: 1 })
  await house.reopen(false)
  const roots = Array.from({ length: 50 }, (_, i) => blockOf(`root ${i}`))
  await send(house, house.who, roots)
  const onRead = open(house)
  await Promise.all([...roots, ...roots, ...roots].map(({ cid }) => onRead.pin(cid)))
  expect(await pinsOf(house, house.who)).toMatchObject({ count: 50 })
})

test('what is not stored whole waits on; where replicas are wanted, it is pinned when they are there', async () => {
  await using house = await openHouse({ wanted: 1, size: 1 })
  const leaf = blockOf('leaf')
  const bytes = Buffer.concat([Buffer.from([0x12, leaf.cid.bytes.length + 2, 0x0a, leaf.cid.bytes.length]), leaf.cid.bytes])
  const partial: Block = { cid: CID.createV1(codecs.dagPb, Digest.create(0x12, digest(0x12, bytes))), bytes }
  const whole = blockOf('whole')
  await send(house, house.who, [partial, whole], [partial, whole])
  const onRead = open(house)
  await onRead.pin(partial.cid)
  expect(await pinsOf(house, house.who)).toMatchObject({ count: 0 })
  await onRead.pin(whole.cid)
  expect((await pinsOf(house, house.who)).pins).toMatchObject([{ cid: String(whole.cid), status: 'pinning' }])
})

test('a database that is away is no reader’s trouble: the next one pins', async () => {
  await using house = await openHouse({ wanted: 1, size: 1 })
  await house.reopen(false)
  const block = blockOf('pinned later')
  await send(house, house.who, [block])
  const { completeness } = house.parts
  let isAway = true
  const onRead = createPinOnRead({
    clock: house.clock,
    completeness: { ...completeness, decide: (...given) => (isAway ? Promise.reject(new Error('away')) : completeness.decide(...given)) },
  })
  await onRead.pin(block.cid)
  expect(await pinsOf(house, house.who)).toMatchObject({ count: 0 })
  isAway = false
  await onRead.pin(block.cid)
  expect(await pinsOf(house, house.who)).toMatchObject({ count: 1 })
})
