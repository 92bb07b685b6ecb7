import type { Db, KeyRow, PinRequestView, Upload } from '../../ports/db/index.ts'
import type { Piece } from '../../ports/export-files.ts'

const slice = 200

interface FileLimits {
  /** Of one file, but for its last page. */
  maxBytes: number
  signal: AbortSignal
}

/** What the server knows of an account, as lines of JSON; newest first. */
export async function* accountFiles(db: Db, accountId: string, limits: FileLimits): AsyncGenerator<Piece> {
  const account = await db.read((r) => r.accounts.byId(accountId))
  const usage = await db.read((r) => r.usage.of(accountId))
  const about = { email: account?.email, created: iso(account?.created ?? 0), usage }
  yield { file: 'account.json', bytes: [Buffer.from(`${JSON.stringify(about, null, 1)}\n`)], count: 1 }
  yield* files('uploads', pages((before) => db.read((r) => r.uploads.list(accountId, { before, limit: slice }))), uploadLine, limits)
  yield* files('pins', pages(async (before) => (await db.read((r) => r.pins.list(accountId, { before }, slice))).pins), pinLine, limits)
  yield* files('keys', only(await db.read((r) => r.keys.ofAccount(accountId))), keyLine, limits)
}

async function* pages<T extends { created: number }>(page: (before?: number) => Promise<T[]>): AsyncGenerator<T[]> {
  for (let before: number | undefined; ; ) {
    const rows: T[] = await page(before)
    yield rows
    if (rows.length < slice) return
    before = rows.at(-1)!.created
  }
}

async function* only<T>(rows: T[]): AsyncGenerator<T[]> {
  yield rows
}

/** uploads.ndjson, uploads-2.ndjson and so on. */
async function* files<T>(name: string, pages: AsyncIterable<T[]>, line: (row: T) => object, { maxBytes, signal }: FileLimits): AsyncGenerator<Piece> {
  let number = 1
  let bytes = 0
  for await (const rows of pages) {
    signal.throwIfAborted()
    const text = Buffer.from(rows.map((row) => `${JSON.stringify(line(row))}\n`).join(''))
    if (bytes > 0 && bytes + text.length > maxBytes) {
      number++
      bytes = 0
    }
    bytes += text.length
    yield { file: number === 1 ? `${name}.ndjson` : `${name}-${number}.ndjson`, bytes: [text], count: rows.length }
  }
}

function uploadLine(upload: Upload): object {
  return { ...upload, accountId: undefined, created: iso(upload.created) }
}

/** As the pinning API spells it. */
function pinLine({ id, status, created, cid, name, origins, meta, reason, uploadId }: PinRequestView): object {
  return { requestid: id, status, created: iso(created), pin: { cid, name, origins, meta }, reason, uploadId }
}

/** Nothing that a key could be made of. */
function keyLine({ id, name, scopes, created, lastUsed }: KeyRow): object {
  return { id, name, scopes, created: iso(created), lastUsed: lastUsed === undefined ? undefined : iso(lastUsed) }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
