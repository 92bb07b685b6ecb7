import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { base36 } from 'multiformats/bases/base36'
import { CID } from 'multiformats/cid'
import { decode } from 'multiformats/hashes/digest'
import { dialFailure } from '../dial-failure.ts'
import { wholeBody } from '../http/body.ts'
import { httpClient } from '../http/client.ts'
import { HttpFailure } from '../http/failure.ts'
import { nameOf } from '../http/name.ts'
import { limits } from '../limits.ts'
import type { RecordKeeper } from './dht-records.ts'

const libp2pKey = 0x72
const type = 'application/vnd.ipfs.ipns-record'

/** A delegated router as a place of records: https://specs.ipfs.tech/routing/http-routing-v1/#ipns-api. */
export function delegatedRecords(url: string, { dialPrivate }: { dialPrivate: boolean }): RecordKeeper {
  const http = httpClient({ trusted: new URL(url).hostname, dialPrivate, sockets: limits.lookupsPerRouter })
  const addressOf = (name: Uint8Array) => new URL(`${url}/routing/v1/ipns/${CID.createV1(libp2pKey, decode(name)).toString(base36)}`)

  return {
    name: nameOf(url),

    async find(name, signal) {
      try {
        const answer = await http.get(addressOf(name), { accept: type, signal })
        const isRecord = answer.status === 200 && answer.headers['content-type']?.startsWith(type) === true
        if (isRecord) return [Uint8Array.from(await wholeBody(answer, limits.maxRecord))]
        answer.body.destroy()
        // Anything else than a record means that there is none.
        if (answer.status === 200 || answer.status === 404) return []
        throw new HttpFailure(`it answered HTTP ${answer.status}`)
      } catch (error) {
        throw inWords(error)
      }
    },

    async publish(name, record, signal) {
      try {
        const status = await put(addressOf(name), record, signal)
        if (status < 200 || status > 299) throw new HttpFailure(`it answered HTTP ${status}`)
        return 1
      } catch (error) {
        throw inWords(error)
      }
    },
  }
}

/** To the address that the operator named, and no further. */
function put(url: URL, body: Uint8Array, signal: AbortSignal): Promise<number> {
  const { username, password, protocol } = url
  const auth = username ? `${decodeURIComponent(username)}:${decodeURIComponent(password)}` : undefined
  const headers = { 'content-type': type, 'content-length': body.length, 'user-agent': 'thole' }
  return new Promise((resolve, reject) => {
    const sent = (protocol === 'https:' ? httpsRequest : httpRequest)(url, { method: 'PUT', auth, headers, signal, timeout: limits.httpAnswer }, (response) => {
      response.resume().on('error', () => {})
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject).on('timeout', () => sent.destroy(new HttpFailure('no answer in time')))
    sent.end(body)
  })
}

function inWords(error: unknown): Error {
  return error instanceof HttpFailure ? error : new Error(dialFailure(error), { cause: error })
}
