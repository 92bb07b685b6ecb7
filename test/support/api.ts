import { carFrame, carHeader, codecs, digest, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'

/** Calls of a client with a key. */
export function client(url: string, key: string) {
  const call = (path: string, init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) }, duplex: 'half' } as RequestInit)
  const json = async (path: string, init: RequestInit = {}) => {
    const response = await call(path, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : (JSON.parse(text) as any) }
  }
  const post = (path: string, body: unknown) => json(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  const upload = (body: BodyInit, path = '/api/v1/uploads', type?: string) => json(path, { method: 'POST', body, headers: type ? { 'content-type': type } : {} })
  return { call, json, post, upload }
}

export type Client = ReturnType<typeof client>

/** A form whose files carry their path as name, as curl's `filename=` and the dashboard send it. */
export function form(files: Record<string, string | Uint8Array>): FormData {
  const data = new FormData()
  for (const [name, content] of Object.entries(files)) data.append('file', new Blob([content as BlobPart]), name)
  return data
}

export function rawBlock(bytes: Uint8Array): Block {
  return { cid: CID.createV1(codecs.raw, Digest.create(0x12, digest(0x12, bytes))), bytes }
}

export function car(roots: CID[], blocks: Block[]): Uint8Array {
  return Buffer.concat([carHeader(roots), ...blocks.flatMap((block) => carFrame(block))])
}

/** The same bytes for the same number, different ones for another. */
export function pattern(length: number, seed = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let state = (seed * 2654435761 + 12345) >>> 0
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

/** Asks again until the answer is right; fails with the last one. */
export async function eventually<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean, within = 20_000): Promise<T> {
  const end = Date.now() + within
  for (;;) {
    const answer = await ask()
    if (isRight(answer)) return answer
    if (Date.now() > end) throw new Error(`still not so after ${within} ms: ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
