import * as dagCbor from '@ipld/dag-cbor'
import { assertStorable, buildFile, codecs, digest, directoryBuilder, profiles, takeTurns, type BlockSink } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { fault } from '../../kernel/faults.ts'
import type { IncomingFile, ReceivedRoots, ReceiveOptions } from './receive.ts'
import { parseMetadata, setIn, type Metadata } from './token-metadata.ts'
import { tokenPlaces, type PlaceLimits } from './token-places.ts'

export interface TokenForm {
  /** `field` says where in the metadata the file belongs, as keys and indexes joined by dots. */
  files: AsyncIterable<IncomingFile>
  /** JSON; asked for when the files were read. */
  metadata(): string | undefined
}

export interface TokenLimits extends PlaceLimits {
  /** Bytes of the root; default 2 MiB, the most that peers exchange. */
  maxRootBytes?: number
}

export interface ReceivedToken extends ReceivedRoots {
  /** The metadata with a URL in the place of each file. */
  data: Metadata
}

const sha256 = 0x12

/**
 * As nft.storage builds a token: each file in a directory of its own, the metadata as a JSON file with their URLs, and a dag-cbor root that
 * says the same with links and has the JSON file as `metadata.json`. Faults INVALID_REQUEST, TOO_LARGE.
 */
export async function receiveToken({ files, metadata }: TokenForm, sink: BlockSink, { profile, signal }: ReceiveOptions, limits: TokenLimits = {}): Promise<ReceivedToken> {
  const { maxRootBytes = 2 << 20 } = limits
  const rules = profiles[profile]
  const places = tokenPlaces(limits)
  const turn = takeTurns()
  const assets: { at: string[]; cid: CID; url: string }[] = []
  for await (const { field = '', path, bytes } of files) {
    const at = places.take(field, path)
    const directory = directoryBuilder(rules)
    directory.add(path, await buildFile(bytes, rules, sink, { signal }))
    const { cid } = await directory.finish(sink)
    assets.push({ at, cid, url: new URL(`ipfs://${cid}/${path}`).href })
  }
  const text = metadata()
  if (text === undefined) throw fault('INVALID_REQUEST', { reason: 'the form has no field "meta" with the metadata as JSON' })
  const data = parseMetadata(text)
  await turn()
  const node = JSON.parse(text) as Metadata
  for (const { at, cid, url } of assets) {
    await turn()
    setIn(data, at, url)
    setIn(node, at, cid)
  }
  await turn()
  const json = await buildFile(once(Buffer.from(JSON.stringify(data))), rules, sink, { signal })
  await turn()
  const bytes = dagCbor.encode({ ...node, 'metadata.json': json.cid, type: 'nft' })
  if (bytes.length > maxRootBytes) throw fault('TOO_LARGE', { reason: `the root of a token may have ${maxRootBytes} bytes`, limit: maxRootBytes })
  const root = CID.createV1(codecs.dagCbor, createDigest(sha256, digest(sha256, bytes)))
  assertStorable(root)
  await sink({ cid: root, bytes })
  return { kind: 'token', roots: [root], data }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
