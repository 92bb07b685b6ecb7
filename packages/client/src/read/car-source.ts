import { canonicalCid, readCar, type Block, type BlockSource } from '@thole/dag/light'
import type { CID } from 'multiformats/cid'
import { asTholeError } from '../dag-errors.ts'
import { TholeError } from '../errors.ts'
import type { Connection } from '../http/connection.ts'
import { retrying } from '../http/retry.ts'
import { verify } from '../verify.ts'
import { bodyBytes, broken } from './body-bytes.ts'

export interface CarWish {
  /** Behind the address of the server: `ipfs/bafy…/a/b`. */
  path: string
  /** Which blocks below the path (IPIP-0402). */
  scope: 'block' | 'entity' | 'all'
  /** Each block once; default: wherever it stands. */
  isOnce?: boolean
  /** Of a file, from the first to the last byte, both included. */
  bytes?: string
}

export interface SourceOptions {
  retries: number
  signal?: AbortSignal
}

export interface CarSource extends BlockSource {
  close(): Promise<void>
}

/** Blocks of a stream that are passed over in the search for one. */
const maxPassed = 64

/** Also where one is of version 0 and the other of version 1. */
function isSame(a: CID, b: CID): boolean {
  return a.equals(b) || canonicalCid(a) === canonicalCid(b)
}

/**
 * Blocks from a gateway that is not trusted. It is asked for a CAR, which brings them in the order in which a walk wants them; each is checked
 * against the CID that is wanted. Where the stream has ended, broke off or does not bring that one, another is begun at just that block.
 */
export function carSource(connection: Pick<Connection, 'once'>, first: CarWish, { retries, signal }: SourceOptions): CarSource {
  let wish: CarWish | undefined = first
  let open: AsyncIterator<Block> | undefined
  let stop = new AbortController()

  async function begin({ path, scope, bytes, isOnce = false }: CarWish): Promise<void> {
    await end()
    stop = new AbortController()
    const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
    const answer = await connection.once(path, { query: { format: 'car', 'car-dups': isOnce ? 'n' : 'y', 'dag-scope': scope, 'entity-bytes': bytes }, anonymous: true, signal: either })
    const car = await readCar(bodyBytes(answer, signal), { verify: false, signal: either })
    open = car.blocks[Symbol.asyncIterator]()
  }

  async function end(): Promise<void> {
    const iterator = open
    open = undefined
    stop.abort()
    await iterator?.return?.().catch(() => {})
  }

  /** The next block with this CID in the stream that is open, if it is soon to come. */
  async function next(cid: CID): Promise<Block | undefined> {
    for (let passed = 0; open !== undefined && passed < maxPassed; passed++) {
      const { done, value } = await open.next()
      if (done === true) open = undefined
      else if (isSame(value.cid, cid)) return value
    }
    return undefined
  }

  async function attempt(cid: CID): Promise<Uint8Array> {
    try {
      const given = wish
      wish = undefined
      if (given) await begin(given)
      let block = await next(cid)
      if (block === undefined) {
        await begin({ path: `ipfs/${canonicalCid(cid)}`, scope: first.scope, isOnce: first.isOnce })
        block = await next(cid)
      }
      if (block === undefined) throw new TholeError('BAD_ANSWER', `the gateway gave other blocks than ${cid}`, { cid: cid.toString() })
      await verify(block)
      return block.bytes
    } catch (error) {
      await end()
      signal?.throwIfAborted()
      throw broken(asTholeError(error))
    }
  }

  return { get: (cid) => retrying(() => attempt(cid), { retries, signal }), close: end }
}
