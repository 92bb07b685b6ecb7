/** A run of bytes of one file of an export. Files come one after the other: what follows under another name is of the next. */
export interface Piece {
  /** Below the folder of the export, like "rows/account.ndjson". */
  file: string
  bytes: readonly Uint8Array[]
  /** Rows, or blocks, in it. */
  count: number
  /** What the checksum of the file is made of; default: all of its bytes. */
  sealed?: Uint8Array
}

/** Reads the files of an export. */
export interface ExportSource {
  /** Each piece may be overwritten when the next one is asked for. Fault NOT_FOUND. */
  read(file: string, options?: { signal?: AbortSignal }): AsyncIterable<Uint8Array>
}
