/** How files become blocks, and so which CIDs they get. */
export type ProfileName = 'unixfs-v1-2025' | 'unixfs-v0-2015' | 'web3-storage' | 'nft-storage'

/** Bytes that stay where they are: read at any place, any number of times. */
export interface Content {
  readonly size: number
  /** Fills `into` with the bytes from `from` on; there are as many. */
  read(into: Uint8Array, from: number, signal?: AbortSignal): Promise<void>
}

/** Bytes of one file. Streams are kept aside until they were sent: on the disk in Node, as a Blob in browsers. */
export type Bytes = Uint8Array | ArrayBuffer | Blob | Content | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

export interface InputFile {
  /** 'a.txt' or 'folder/a.txt'. */
  path: string
  content: Bytes
}

/** One file, or the files of a directory. A `File` in a list is named by its `webkitRelativePath`, else by its name. */
export type PutSource = Bytes | Iterable<InputFile | File>

export interface BuildOptions {
  /** Default `unixfs-v1-2025`. */
  profile?: ProfileName
  /** The source is a CARv1, whose blocks are put as they are; default false. */
  car?: boolean
  onProgress?: (progress: Progress) => void
  signal?: AbortSignal
}

export interface PutOptions extends BuildOptions {
  /** What lists show; default none. */
  name?: string
  /** false: its first reader has it pinned. Default: as the account decided, else true. */
  pin?: boolean
  /** Bytes of one part; default 32 MiB. A block is never split: each has at most 2 MiB. */
  partBytes?: number
  /** Parts on the wire at once; default 3. */
  atOnce?: number
  /** Called once, before anything is sent, which waits for it. */
  onCid?: (cid: string) => unknown
}

export interface Progress {
  /** `hashing`: reading and hashing here; `sending`: on the wire. */
  phase: 'hashing' | 'sending'
  /** Bytes done in this phase; with `sending`, of parts that were answered. */
  done: number
  /** Undefined while the end of a stream is not known. With `sending`, what the server lacks. */
  total: number | undefined
}

/** What the bytes are, without sending any. */
export interface Built {
  /** The root; of a CAR with several the first. */
  cid: string
  roots: string[]
  /** Of all distinct blocks. */
  bytes: number
  blocks: number
}

export interface PutResult extends Built {
  /** Of the blocks that were sent; the others were there. */
  sent: number
  /** Names it in `uploads.remove`. */
  uploadId: string
}

export type DagState = 'partial' | 'complete' | 'quarantined'

export interface DagStatus {
  cid: string
  state: DagState
  /** Of a complete DAG. */
  bytes?: number
  blocks?: number
  /** Blocks known to be missing; what lies below them is not known. */
  missingCount: number
  /** The first hundred. */
  missing: { cid: string; path: string }[]
  visits: number
}

export type PinStatus = 'queued' | 'pinning' | 'pinned' | 'failed'

export interface Pin {
  id: string
  cid: string
  name?: string
  status: PinStatus
  /** Why it is not pinned yet, in words. */
  reason?: string
  created: string
  bytes?: number
  blocks?: number
}

export interface PinWish {
  cid: string
  name?: string
  /** Multiaddrs of who has it. */
  origins?: string[]
  meta?: Record<string, string>
}

export interface PinFilter extends ListOptions {
  cid?: string
  status?: PinStatus
  name?: string
  /** How `name` is compared; default `ipartial`. */
  match?: 'exact' | 'iexact' | 'partial' | 'ipartial'
}

export interface Upload {
  id: string
  name?: string
  kind: 'file' | 'directory' | 'car'
  bytes: number
  created: string
  roots: { cid: string; name?: string; pinned: boolean }[]
}

export interface ListOptions {
  /** Created strictly before; RFC 3339. */
  before?: string
  signal?: AbortSignal
}

export interface UploadFilter extends ListOptions {
  /** One of its roots. */
  cid?: string
}

export interface CallOptions {
  signal?: AbortSignal
}

/** A link within an object, as dag-json writes it. */
export interface Link {
  '/': string
}

export interface PutObjectOptions extends PutOptions {
  /** Default `dag-cbor`. */
  codec?: 'dag-cbor' | 'dag-json'
}
