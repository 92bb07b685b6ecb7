/** What a page asks its sending worker. Files go over by reference. */
export type SendQuestion =
  | { id: number; type: 'files'; files: { path: string; file: File }[] }
  | { id: number; type: 'put'; wish: SendWish }
  | { id: number; type: 'abort' }

export interface SendWish {
  /** One file by itself, a CAR to be unpacked, or a folder of all files that were given. */
  as: 'file' | 'car' | 'folder'
  name?: string
  profile?: string
  pin?: boolean
  /** Bytes that one request may have. */
  maxPart?: number
}

/** `reading`: named here, before anything is sent. */
export interface SendProgress {
  phase: 'reading' | 'sending'
  /** Bytes. */
  done: number
  total: number
}

export type SendAnswer =
  | { id: number; type: 'cid'; cid: string }
  | { id: number; type: 'progress'; progress: SendProgress }
  | { id: number; type: 'stored'; uploadId: string; roots: string[]; since?: string }
  | { id: number; type: 'failed'; code: string; status: number; message: string }
