import * as dagCbor from '@ipld/dag-cbor'
import { assertStorable, buildFile, codecs, digest, directoryBuilder, profiles, type BlockSink } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { fault } from '../../kernel/faults.ts'
import type { IncomingFile, ReceivedRoots, ReceiveOptions } from './receive.ts'
import { parseMetadata, setIn, type Metadata } from './token-metadata.ts'

export interface TokenForm {
  /** `field` says where in the metadata the file belongs, as keys and indexes joined by dots. */
  files: AsyncIterable<IncomingFile>
  /** JSON; asked for when the files were read. */
  metadata(): string | undefined
}

export interface ReceivedToken extends ReceivedRoots {
  /** The metadata with a URL in the place of each file. */
  data: Metadata
}

const sha256 = 0x12

/**
 * As nft.storage builds a token: each file in a directory of its own, the metadata as a JSON file with their URLs, and a dag-cbor root that
 * says the same with links and has the JSON file as `metadata.json`.
 */
export async function receiveToken({ files, metadata }: TokenForm, sink: BlockSink, { profile, signal }: ReceiveOptions): Promise<ReceivedToken> {
  const rules = profiles[profile]
  const assets: { at: string; cid: CID; url: string }[] = []
  for await (const { field = '', path, bytes } of files) {
    const directory = directoryBuilder(rules)
    directory.add(path, await buildFile(bytes, rules, sink, { signal }))
    const { cid } = await directory.finish(sink)
    assets.push({ at: field, cid, url: new URL(`ipfs://${cid}/${path}`).href })
  }
  const text = metadata()
  if (text === undefined) throw fault('INVALID_REQUEST', { reason: 'the form has no field "meta" with the metadata as JSON' })
  const [data, node] = [parseMetadata(text), parseMetadata(text)]
  for (const { at, cid, url } of assets) {
    setIn(data, at, url)
    setIn(node, at, cid)
  }
  const json = await buildFile(once(Buffer.from(JSON.stringify(data))), rules, sink, { signal })
  const bytes = dagCbor.encode({ ...node, 'metadata.json': json.cid, type: 'nft' })
  const root = CID.createV1(codecs.dagCbor, createDigest(sha256, digest(sha256, bytes)))
  assertStorable(root)
  await sink({ cid: root, bytes })
  return { kind: 'token', roots: [root], data }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
