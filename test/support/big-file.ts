import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { buildFile, carFrame, carHeader, codecs, profiles, type Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { pattern } from './api.ts'

/** A file of any size, in the chunks of web3.storage, of which only the nodes above the leaves are kept. */
export interface BigFile {
  root: CID
  leaves: number
  /** Bytes of a CAR with the root, the nodes above these leaves, and the leaves. */
  part(from: number, to: number): { length: number; bytes(): Iterable<Uint8Array> }
}

const chunk = profiles['web3-storage'].chunkBytes
const template = pattern(chunk, 31)

/** No two leaves are the same. The array is good until the next one is asked for. */
function content(leaf: number): Buffer {
  const bytes = Buffer.from(template)
  bytes.writeUInt32LE(leaf)
  return bytes
}

export async function bigFile(leaves: number): Promise<BigFile> {
  const cids: CID[] = []
  const inner: { block: Block; /** Leaves before it and with it. */ from: number; to: number }[] = []
  const source = (async function* () {
    for (let i = 0; i < leaves; i++) yield content(i)
  })()
  let covered = 0
  const { cid: root } = await buildFile(source, profiles['web3-storage'], async ({ cid, bytes }) => {
    if (cid.code === codecs.raw) return void cids.push(cid)
    inner.push({ block: { cid, bytes: bytes.slice() }, from: covered, to: cids.length })
    covered = cids.length
  })
  const top = inner.pop()!
  return {
    root,
    leaves,
    part(from, to) {
      const above = [top, ...inner.filter((node) => from < to && node.from < to && node.to > from)]
      const head = [carHeader([root]), ...above.flatMap(({ block }) => carFrame(block))]
      const frames = function* () {
        for (let i = from; i < to; i++) yield* carFrame({ cid: cids[i]!, bytes: content(i) })
      }
      const frameBytes = (i: number) => carFrame({ cid: cids[i]!, bytes: template }).reduce((sum, { length }) => sum + length, 0)
      let length = head.reduce((sum, bytes) => sum + bytes.length, 0)
      for (let i = from; i < to; i++) length += frameBytes(i)
      return {
        length,
        *bytes() {
          yield* head
          yield* frames()
        },
      }
    },
  }
}

/** Sends a body as it comes into being. */
export async function sendStream(url: string, headers: Record<string, string>, { length, bytes }: ReturnType<BigFile['part']>): Promise<{ status: number; body: any }> {
  const asked = request(url, { method: 'POST', headers: { ...headers, 'content-length': String(length) } })
  const answered = new Promise<{ status: number; body: any }>((resolve, reject) => {
    asked.on('error', reject).on('response', async (answer) => {
      const text = Buffer.concat(await Array.fromAsync(answer)).toString()
      resolve({ status: answer.statusCode!, body: JSON.parse(text) })
    })
  })
  await pipeline(Readable.from(bytes(), { objectMode: true, highWaterMark: 4 }), asked)
  return answered
}
