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
  yield* files('uploads', pages<Upload>((last) => db.read((r) => r.uploads.list(accountId, { before: last?.created, limit: slice }))), uploadLine, limits)
  yield* files('pins', pages<PinRequestView>(async (last) => (await db.read((r) => r.pins.list(accountId, { before: last?.created }, slice))).pins), pinLine, limits)
  yield* files('keys', pages<KeyRow>((last) => db.read((r) => r.keys.ofAccount(accountId, { after: last?.id, limit: slice }))), keyLine, limits)
}

/** Each page behind the last row of the one before. */
async function* pages<T>(page: (last?: T) => Promise<T[]>): AsyncGenerator<T[]> {
  for (let last: T | undefined; ; ) {
    const rows: T[] = await page(last)
    yield rows
    if (rows.length < slice) return
    last = rows.at(-1)
  }
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
function keyLine({ id, name, scopes, created, expires, lastUsed }: KeyRow): object {
  const time = (ms?: number) => (ms === undefined ? undefined : iso(ms))
  return { id, name, scopes, created: iso(created), expires: time(expires), lastUsed: time(lastUsed) }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
