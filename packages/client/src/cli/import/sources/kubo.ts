import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { connect } from '../../../http/connection.ts'
import { wordsOf } from '../../outcome.ts'
import type { Item, Source } from '../item.ts'

/** A line of `pin/ls?stream=true`. */
interface Row {
  Cid: string
  Type: 'recursive' | 'direct'
  Name?: string
}

/** The pins of a Kubo repository, with their bytes, over its RPC API. */
export function kuboPins(api: string): Source {
  const kubo = connect({ url: api })
  const ask = (path: string, query: Record<string, string>, signal: AbortSignal) => kubo.send(`api/v0/${path}`, { method: 'POST', query, signal })

  async function* car(cid: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { body } = await ask('dag/export', { arg: cid, progress: 'false' }, signal).catch((error: unknown) => {
      throw new Error(`Kubo does not export it: ${wordsOf(error)}`, { cause: error })
    })
    if (body) yield* Readable.fromWeb(body as ReadableStream)
  }

  async function* pins(type: Row['Type'], signal: AbortSignal): AsyncGenerator<Row> {
    const { body } = await ask('pin/ls', { type, stream: 'true', names: 'true' }, signal)
    if (!body) return
    const lines = createInterface({ input: Readable.fromWeb(body as ReadableStream), crlfDelay: Infinity })
    for await (const line of lines) {
      const row = JSON.parse(line) as Row
      if (row.Cid) yield row
    }
  }

  return {
    from: api,
    async *items(signal) {
      for await (const { Cid: cid, Name: name } of pins('recursive', signal)) yield { id: cid, label: cid, from: { car: (signal) => car(cid, signal), name: name || undefined, root: cid } }
      for await (const { Cid: cid } of pins('direct', signal)) yield direct(cid)
    },
  }
}

function direct(cid: string): Item {
  return { id: `direct ${cid}`, label: cid, from: { reason: 'it is pinned directly, that is its first block alone; a pin here is always of all that is below' } }
}
