import { readCar } from '@thole/dag'
import type { Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { bodyInTime, wholeBody } from '../http/body.ts'
import type { HttpAnswer, HttpClient } from '../http/client.ts'
import { HttpFailure, retryAfter } from '../http/failure.ts'
import { limits } from '../limits.ts'

/** What a trustless gateway is asked: https://specs.ipfs.tech/http-gateways/trustless-gateway/ */
export interface Question {
  http: HttpClient
  /** The gateway's URL, without a slash at its end. */
  url: string
  cid: Uint8Array
  signal: AbortSignal
}

/** The bytes of one block as they came, unchecked; undefined where the gateway does not have it. @throws HttpFailure, or what the socket says */
export async function askBlock(question: Question): Promise<Uint8Array | undefined> {
  const answer = await ask(question, '?format=raw', 'application/vnd.ipld.raw')
  return answer && wholeBody(answer, limits.maxBlock)
}

/** All blocks of a DAG as they come, unchecked, in the order of a walk; undefined where the gateway does not have it. */
export async function askCar(question: Question): Promise<AsyncIterable<Block> | undefined> {
  const answer = await ask(question, '?format=car&dag-scope=all', 'application/vnd.ipld.car; version=1; order=dfs; dups=n')
  if (answer === undefined) return undefined
  const car = await readCar(bodyInTime(answer.body), { verify: false, maxBlockBytes: limits.maxBlock, signal: question.signal })
  return car.blocks
}

async function ask({ http, url, cid, signal }: Question, query: string, accept: string): Promise<HttpAnswer | undefined> {
  const name = CID.decode(cid)
  const answer = await http.get(new URL(`${url}/ipfs/${name}${query}`), { accept, signal, mayFollow: (target) => isAbout(target, name) })
  const { status, headers, body } = answer
  if (status === 200) return answer
  body.destroy()
  if (status === 404 || status === 410 || status === 451) return undefined
  const isBusy = status === 429 || status === 503
  throw new HttpFailure(`it answered HTTP ${status}`, { retryAfter: isBusy ? (retryAfter(headers['retry-after']) ?? 0) : undefined })
}

/**
 * A redirect leads to the same content, on a path or a subdomain of its own: nobody makes us ask a stranger, or a server
 * beside us, for anything else.
 */
function isAbout({ hostname, pathname }: URL, cid: CID): boolean {
  const names = [cid.toString(), cid.toV1().toString()]
  return names.some((name) => pathname.replace(/\/$/, '').endsWith(`/ipfs/${name}`) || (hostname.startsWith(`${name}.ipfs.`) && pathname === '/'))
}
