/** A row by its columns. */
export type MovedRow = Record<string, string | number | null | Uint8Array>

/** Every table but sessions, jobs, leases, the block store's own and what the database works out by itself. */
export interface MovingReads {
  /** Names of the changes that the schema has seen. */
  schema(): Promise<string[]>
  /** In the order in which rows may refer to others. */
  tables(): readonly string[]
  /** In the order of a key, behind the given row. */
  rows(table: string, after: MovedRow | undefined, limit: number): Promise<MovedRow[]>
  /** The first table that has rows, those of the instance left aside. */
  firstInUse(): Promise<string | undefined>
  /** Lists of what an account's uploads brought, by upload and position, behind the given one. */
  partLists(accountId: string, after: MovedPartList | undefined, limit: number): Promise<MovedPartList[]>
}

export interface MovedPartList {
  uploadId: string
  position: number
  cid: string
}

export interface MovingWrites {
  /** Adds rows as they were read; values of the instance take the place of those that are there. */
  insert(table: string, rows: readonly MovedRow[]): Promise<void>
}
