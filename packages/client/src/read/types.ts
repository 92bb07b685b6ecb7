export interface ReadOptions {
  /** First byte; default 0. */
  from?: number
  /** The byte behind the last one; default the end. */
  to?: number
  signal?: AbortSignal
}

export interface GotFile {
  kind: 'file'
  cid: string
  size: number
  /** The bytes, each block checked before it is given. Goes on by itself where the connection broke off. */
  stream(options?: ReadOptions): ReadableStream<Uint8Array>
  bytes(options?: ReadOptions): Promise<Uint8Array>
  text(options?: { signal?: AbortSignal }): Promise<string>
}

export interface GotDirectory {
  kind: 'directory'
  cid: string
  /** In stored order. */
  entries(options?: { signal?: AbortSignal }): AsyncIterable<DirectoryEntry>
  /** Everything below, in one stream as long as each file is read before the next is asked for. */
  files(options?: { signal?: AbortSignal }): AsyncIterable<WalkedFile>
}

export interface DirectoryEntry {
  name: string
  cid: string
  /** Of the DAG below, as its writer claimed. */
  size: number
}

/** `path` like 'a/b.txt', of names that nobody has checked: do not trust them on a disk. */
export type WalkedFile = { path: string } & (GotFile | GotSymlink | GotObject)

export interface GotSymlink {
  kind: 'symlink'
  cid: string
  target: string
}

/** dag-cbor or dag-json; links are `{ '/': cid }`. A block of another codec has its bytes as value. */
export interface GotObject {
  kind: 'object'
  cid: string
  value: unknown
}

export type Got = GotFile | GotDirectory | GotSymlink | GotObject
