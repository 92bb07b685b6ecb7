import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cursor, WireError } from './cursor.ts'
import { decodeMessage } from './decode.ts'
import { encodeMessage } from './encode.ts'
import { MAX_ENTRIES } from './message.ts'
import type { Message } from './message.ts'
import { spareMemory } from '../spare-memory.ts'
import { messageReader } from './reader.ts'
import { varintLength, Writer } from './writer.ts'

const spare = spareMemory()
const bytes = (maxLength = 64) => fc.uint8Array({ maxLength })
const messages: fc.Arbitrary<Message> = fc.record({
  wants: fc.array(fc.record({ cid: bytes(), cancel: fc.boolean(), have: fc.boolean(), sendDontHave: fc.boolean() })),
  full: fc.boolean(),
  blocks: fc.array(fc.record({ prefix: bytes(8), data: bytes(3000) })),
  presences: fc.array(fc.record({ cid: bytes(), have: fc.boolean() })),
})

function read(stream: Uint8Array, maxMessage = 1 << 20): Uint8Array[] {
  const found: Uint8Array[] = []
  messageReader((message) => found.push(message), { maxMessage, spare }).push(stream)
  return found
}

/** With bytes as text, so that views compare with what they are views of. */
function plain({ wants, full, blocks, presences }: Message): unknown {
  const hex = (value: Uint8Array) => Buffer.from(value).toString('hex')
  return {
    full,
    wants: wants.map((want) => ({ ...want, cid: hex(want.cid) })),
    blocks: blocks.map(({ prefix, data }) => [hex(prefix), hex(data)]),
    presences: presences.map(({ cid, have }) => ({ cid: hex(cid), have })),
  }
}

describe('varints', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const { bytes } = new Writer(varintLength(value)).varint(value)
        const cursor = new Cursor(bytes)
        expect(cursor.varint()).toBe(value)
        expect(cursor.done).toBe(true)
      }),
    )
  })

  it('of ten bytes pass, as protobuf writes negative numbers, and longer ones do not', () => {
    const ten = new Uint8Array(10).fill(0xff)
    ten[9] = 1
    expect(new Cursor(ten).varint()).toBeGreaterThan(2 ** 62)
    expect(() => new Cursor(new Uint8Array(11).fill(0xff)).varint()).toThrow(WireError)
    expect(() => new Cursor(Uint8Array.of(0x80)).varint()).toThrow(WireError)
  })
})

describe('messages', () => {
  it('come back as they went, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.flatMap((message) => encodeMessage(message)))
        const got: Message[] = []
        const reader = messageReader((message) => got.push(decodeMessage(message)), { maxMessage: 1 << 24, spare })
        for (let at = 0, i = 0; at < stream.length; i++) {
          const to = at + (cuts[i % cuts.length] as number)
          reader.push(stream.subarray(at, to))
          at = to
        }
        const said = sent.filter(({ wants, full, blocks, presences }) => full || wants.length + blocks.length + presences.length > 0)
        expect(got.map(plain)).toEqual(said.map(plain))
        expect(reader.held).toBe(0)
      }),
    )
  })

  it('of random bytes are read or refused, and never hang or throw anything else', () => {
    fc.assert(
      fc.property(bytes(300), (noise) => {
        try {
          decodeMessage(noise)
        } catch (error) {
          expect(error).toBeInstanceOf(WireError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('with one byte changed are read or refused', () => {
    fc.assert(
      fc.property(messages, fc.nat(), fc.integer({ min: 0, max: 255 }), (message, place, value) => {
        const changed = Buffer.concat(encodeMessage(message))
        changed[place % changed.length] = value
        try {
          for (const found of read(changed)) decodeMessage(found)
        } catch (error) {
          expect(error).toBeInstanceOf(WireError)
        }
      }),
    )
  })

  it('of endless entries are read to a bound', () => {
    const cid = Uint8Array.of(1)
    const many = <T>(entry: T) => Array.from({ length: MAX_ENTRIES + 10 }, () => entry)
    const entries = { wants: many({ cid, cancel: false, have: false, sendDontHave: false }), presences: many({ cid, have: true }), blocks: many({ prefix: cid, data: cid }) }
    const [message] = read(Buffer.concat(encodeMessage(entries)), 1 << 24)
    const { wants, presences, blocks } = decodeMessage(message as Uint8Array)
    expect([wants.length, presences.length, blocks.length]).toEqual([MAX_ENTRIES, MAX_ENTRIES, MAX_ENTRIES])
  })

  it('skip what they do not know', () => {
    const unknown = Buffer.from('28053d01020304310102030405060708520161', 'hex') // pendingBytes and fields 7, 6, 10
    const known = Buffer.concat(encodeMessage({ full: true, presences: [{ cid: Uint8Array.of(1), have: false }] })).subarray(1)
    expect(plain(decodeMessage(Buffer.concat([unknown, known])))).toEqual({ wants: [], full: true, blocks: [], presences: [{ cid: '01', have: false }] })
  })
})

describe('a stream of messages', () => {
  it('refuses a message above the limit at its length, holding nothing', () => {
    const { bytes } = new Writer(varintLength(2 ** 30)).varint(2 ** 30)
    const reader = messageReader(() => {}, { maxMessage: 1000, spare })
    expect(() => reader.push(bytes)).toThrow(WireError)
    expect(reader.held).toBe(0)
  })

  it('refuses a length that does not end', () => {
    expect(() => read(new Uint8Array(20).fill(0x80))).toThrow(WireError)
  })

  it('holds only the bytes that came, whatever was announced', () => {
    const { bytes } = new Writer(varintLength(900_000)).varint(900_000)
    const reader = messageReader(() => {}, { maxMessage: 1 << 20, spare })
    reader.push(bytes)
    reader.push(new Uint8Array(10))
    expect(reader.held).toBe(10)
  })

  it('takes little memory for a message that comes byte by byte', () => {
    const length = 1 << 20
    const got: Uint8Array[] = []
    const reader = messageReader((message) => got.push(message), { maxMessage: length, spare })
    reader.push(new Writer(varintLength(length)).varint(length).bytes)
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < length - 1; i++) reader.push(Uint8Array.of(i))
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50 << 20)
    expect(reader.held).toBe(length - 1)
    reader.push(Uint8Array.of(255))
    expect(got[0]?.length).toBe(length)
    expect(got[0]?.every((byte, i) => byte === (i & 255))).toBe(true)
  })
})
