import type { Connection } from './http/connection.ts'
import { pages } from './http/pages.ts'
import type { CallOptions, Upload, UploadFilter } from './types.ts'

export interface Uploads {
  /** Newest first; further pages are asked for as they are needed. */
  list(filter?: UploadFilter): AsyncIterable<Upload>
  /** Ends an upload and the pin request made with it. */
  remove(id: string, options?: CallOptions): Promise<void>
}

const path = 'api/v1/uploads'

export function uploadsOf(connection: Connection): Uploads {
  return {
    list: ({ before, signal, ...filter } = {}) => pages({ before }, async (query) => (await connection.json<{ uploads: Upload[] }>(path, { query: { ...filter, ...query }, signal })).uploads),
    remove: async (id, options) => void (await connection.send(`${path}/${encodeURIComponent(id)}`, { method: 'DELETE', ...options })),
  }
}
