import fc from 'fast-check'
import { duplexPair, PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { decodeBlock, decodeCids, encodeBlockHead, encodeCids } from './bodies.ts'
import { openChannel } from './channel.ts'

/** What a channel writes, as one piece. */
async function written(frames: { kind: number; body: Uint8Array }[]): Promise<Buffer> {
  const [near, far] = duplexPair()
  const pieces: Buffer[] = []
  far.on('data', (piece: Buffer) => pieces.push(piece))
  const channel = openChannel(near, () => {})
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
      const pipe = new PassThrough()
      openChannel(pipe, (kind, body) => got.push({ kind, body: Uint8Array.from(body) }))
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const to = at + (cuts[i % cuts.length] as number)
        pipe.write(bytes.subarray(at, to))
        at = to
      }
      await turn()
      await turn()
      expect(got).toEqual(sent)
    }),
  )
})

it('destroys the pipe at a length that no frame has', async () => {
  const pipe = new PassThrough()
  const failed = new Promise<Error>((resolve) => pipe.once('error', resolve))
  openChannel(pipe, () => {})
  pipe.write(Buffer.from('ffffffff00', 'hex'))
  expect((await failed).message).toContain('a frame of')
})

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
