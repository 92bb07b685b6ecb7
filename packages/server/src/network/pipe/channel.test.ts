import fc from 'fast-check'
import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { decodeBlock, decodeCids, encodeBlockHead, encodeCids } from './bodies.ts'
import { spareMemory } from '../spare-memory.ts'
import { openChannel } from './channel.ts'
import { frameReader } from './frame-reader.ts'

/** What a channel writes, as one piece. */
async function written(frames: { kind: number; body: Uint8Array }[]): Promise<Buffer> {
  const pipe = new PassThrough()
  const pieces: Buffer[] = []
  pipe.on('data', (piece: Buffer) => pieces.push(piece))
  const channel = openChannel(pipe)
  for (const { kind, body } of frames) channel.send(kind, body)
  await turn()
  await turn()
  return Buffer.concat(pieces)
}

const frames = fc.array(fc.record({ kind: fc.integer({ min: 1, max: 255 }), body: fc.uint8Array({ maxLength: 200 }) }), { maxLength: 20 })

it('carries frames whole and in order, however the pipe cuts them', async () => {
  await fc.assert(
    fc.asyncProperty(frames, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), async (sent, cuts) => {
      const bytes = await written(sent)
      const got: { kind: number; body: Uint8Array }[] = []
      read(bytes, cuts, (kind, body) => got.push({ kind, body }))
      expect(got).toEqual(sent.map(({ kind, body }) => ({ kind, body: Buffer.from(body) })))
    }),
  )
})

it('reads large frames between small ones; what was read stays as it is', () => {
  const bodies = [10, 1 << 20, 0, 70_000, 65_531, 65_532, 3, 4 << 20, 60_000, 5].map((length, i) => Buffer.alloc(length, i + 1))
  const bytes = Buffer.concat(bodies.flatMap((body, i) => [head(body.length + 1, i + 1), body]))
  for (const cut of [1 << 16, 100_000, 8191, 1 << 23]) {
    const got: Buffer[] = []
    read(bytes, [cut, 3], (_, body) => got.push(body))
    expect(got.map((body, i) => body.equals(bodies[i]!))).toEqual(bodies.map(() => true))
  }
})

it('reads large frames into memory that was released, and leaves the rest alone', () => {
  const bodies = Array.from({ length: 12 }, (_, i) => Buffer.alloc(1 << 20, i + 1))
  const bytes = Buffer.concat(bodies.flatMap((body) => [head(body.length + 1, 1), body]))
  const spare = spareMemory()
  const kept: Buffer[] = []
  const memories = new Set<ArrayBufferLike>()
  read(bytes, [1 << 16], (_, body) => {
    memories.add(body.buffer)
    expect(body.equals(bodies[kept.length]!)).toBe(true)
    kept.push(body)
    if (kept.length % 3 === 0) spare.release(body)
  }, spare)
  expect(kept.length).toBe(12)
  expect(memories.size).toBe(12 - 3)
  kept.forEach((body, i) => i % 3 === 2 || expect(body.equals(bodies[i]!)).toBe(true))
})

it.each([0, (8 << 20) + 1, 0xffffffff])('refuses a length that no frame has: %i', (length) => {
  expect(() => read(head(length, 1), [5], () => {})).toThrow(`a frame of ${length} bytes`)
})

/** Gives these bytes to a reader in pieces of such lengths, or of what it has room for. */
function read(bytes: Buffer, cuts: number[], onFrame: (kind: number, body: Buffer) => void, spare = spareMemory()): void {
  const reader = frameReader(onFrame, spare)
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const count = bytes.copy(reader.room(), 0, at, at + cuts[i % cuts.length]!)
    expect(count).toBeGreaterThan(0)
    reader.take(count)
    at += count
  }
}

function head(length: number, kind: number): Buffer {
  const bytes = Buffer.of(0, 0, 0, 0, kind)
  bytes.writeUInt32LE(length)
  return bytes
}

it('writes and reads the bodies of wants and blocks', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.uint8Array({ maxLength: 80 })), fc.uint8Array(), (fetch, cids, bytes) => {
      const wants = decodeCids(Buffer.from(encodeCids(fetch, cids)))
      expect({ ...wants, cids: wants.cids.map((cid) => Uint8Array.from(cid)) }).toEqual({ fetch, cids })
      const multihash = Buffer.from(cids[0] ?? []).toString('latin1')
      const block = decodeBlock(Buffer.concat([encodeBlockHead(fetch, multihash), bytes]))
      expect(block).toEqual({ fetch, multihash, bytes })
    }),
  )
})
