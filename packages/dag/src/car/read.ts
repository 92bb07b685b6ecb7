import { decode } from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import type { Block } from '../block.ts'
import { cidEnd, decodeCid } from '../cid/bytes.ts'
import { DagError } from '../fault.ts'
import { verifyBlock } from '../hash/verify.ts'
import { ByteReader, invalidCar } from './byte-reader.ts'

export interface CarLimits {
  /** Default 1 MiB. */
  maxHeaderBytes?: number
  /** Bytes of one block without its CID; default 2 MiB, the most that peers exchange. */
  maxBlockBytes?: number
  /** Default 1000. */
  maxRoots?: number
}

export interface CarOptions extends CarLimits {
  signal?: AbortSignal
  /** Whether each block's hash is checked; default true. */
  verify?: boolean
  /** A block's bytes are good only until the next one is asked for; then the source, too, may reuse the arrays that it yielded. Default false. */
  reuse?: boolean
}

export interface CarStream {
  roots: CID[]
  /** Once only, in the order of the stream. Bytes may be views of the source's arrays. */
  blocks: AsyncIterable<Block>
}

/** Room for a CID beside a block of the greatest size. */
const maxCidBytes = 512

/**
 * Reads a CARv1 as it streams, holding one block at a time. Without `reuse` the source must not reuse the arrays that it yielded.
 * @throws DagError INVALID_CAR with the offset, HASH_MISMATCH or UNSUPPORTED_CODEC with the CID; the signal's reason
 */
export async function readCar(source: AsyncIterable<Uint8Array>, options: CarOptions = {}): Promise<CarStream> {
  const reader = new ByteReader(source, options)
  try {
    const roots = await readHeader(reader, options)
    return { roots, blocks: readBlocks(reader, options) }
  } catch (cause) {
    await reader.close()
    throw cause
  }
}

async function readHeader(reader: ByteReader, { maxHeaderBytes = 1 << 20, maxRoots = 1000 }: CarOptions): Promise<CID[]> {
  const length = await reader.varint('the header length')
  if (length === undefined) throw invalidCar('it is empty', 0)
  if (length === 0) throw invalidCar('its header is empty', 0)
  if (length > maxHeaderBytes) {
    throw invalidCar(`its header is said to have ${length} bytes; the limit is ${maxHeaderBytes}`, 0, { limit: maxHeaderBytes })
  }
  const roots = headerRoots(await reader.take(length, 'the header'))
  if (roots.length === 0) throw invalidCar('its header names no roots', 0)
  if (roots.length > maxRoots) throw invalidCar(`it names ${roots.length} roots; the limit is ${maxRoots}`, 0, { limit: maxRoots })
  return roots
}

/** CARv1 specification, "Header". */
function headerRoots(bytes: Uint8Array): CID[] {
  const header = decodeHeader(bytes)
  if (header['version'] === 2) throw invalidCar('it is a CARv2; send the CARv1 that it wraps', 0)
  if (header['version'] !== 1) throw invalidCar(`its version ${String(header['version'])} is not known`, 0)
  const roots: unknown = header['roots']
  if (!Array.isArray(roots)) throw invalidCar('its header has no list of roots', 0)
  return roots.map((root) => {
    if (!(root instanceof CID)) throw invalidCar('a root in its header is not a CID', 0)
    return asInvalidCar(0, () => decodeCid(root.bytes))
  })
}

function decodeHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown
  try {
    header = decode(bytes)
  } catch {
    throw invalidCar('its header cannot be decoded', 0)
  }
  if (typeof header !== 'object' || header === null) throw invalidCar('its header is not a map', 0)
  return header as Record<string, unknown>
}

/** An iterator by hand: an async generator would cost several more turns of the microtask queue for each block. */
function readBlocks(reader: ByteReader, { maxBlockBytes = 2 << 20, verify = true }: CarOptions): AsyncIterable<Block> {
  const parse = (offset: number, section: Uint8Array): IteratorResult<Block, undefined> => {
    const block = asInvalidCar(offset, () => parseSection(section))
    if (block.bytes.length > maxBlockBytes) throw tooLong(block.bytes.length, offset, maxBlockBytes, block.cid.toString())
    if (verify) verifyBlock(block)
    return { done: false, value: block }
  }
  const checkLength = (length: number, offset: number): void => {
    if (length === 0) throw invalidCar(`a section of no bytes stands at offset ${offset}`, offset)
    if (length > maxBlockBytes + maxCidBytes) throw tooLong(length, offset, maxBlockBytes)
  }
  let finished = false
  const next = async (): Promise<IteratorResult<Block, undefined>> => {
    if (finished) return { done: true, value: undefined }
    try {
      const offset = reader.offset
      const length = reader.tryVarint() ?? (await reader.varint('a section length'))
      if (length === undefined) {
        finished = true
        return { done: true, value: undefined }
      }
      checkLength(length, offset)
      return parse(offset, reader.tryTake(length) ?? (await reader.take(length, 'a section')))
    } catch (cause) {
      finished = true
      await reader.close()
      throw cause
    }
  }
  const stop = async (): Promise<IteratorResult<Block, undefined>> => {
    finished = true
    await reader.close()
    return { done: true, value: undefined }
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: stop }) }
}

function parseSection(section: Uint8Array): Block {
  const end = cidEnd(section, 0, section.length)
  return { cid: decodeCid(section, 0, end), bytes: section.subarray(end) }
}

function asInvalidCar<T>(offset: number, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof DagError) throw invalidCar(`${cause.data.reason}, at offset ${offset}`, offset)
    throw cause
  }
}

function tooLong(length: number, offset: number, limit: number, cid?: string): DagError {
  return invalidCar(`the section at offset ${offset} has ${length} bytes; a block may have ${limit}`, offset, { limit, ...(cid && { cid }) })
}
