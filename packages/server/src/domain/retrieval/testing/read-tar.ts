/** An entry of an archive as a test sees it. */
export interface ReadEntry {
  path: string
  kind: 'file' | 'directory' | 'symlink'
  content: string
  target?: string
}

const kinds = { 0: 'file', 5: 'directory', 2: 'symlink' } as const

/** The entries of a whole archive in pax format; throws where it is not one. */
export function readTar(archive: Buffer): ReadEntry[] {
  if (archive.length % 512 !== 0 || archive.subarray(-1024).some((byte) => byte !== 0)) throw new Error('the archive does not end as it should')
  const entries: ReadEntry[] = []
  let extended: Record<string, string> = {}
  for (let at = 0; at < archive.length - 1024; ) {
    const header = archive.subarray(at, at + 512)
    const text = (from: number, length: number) => header.toString('utf8', from, from + length).replace(/\0.*$/s, '')
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0)
    if (Number.parseInt(text(148, 8), 8) !== sum || text(257, 6) !== 'ustar') throw new Error(`there is no header at ${at}`)
    const size = Number(extended['size'] ?? Number.parseInt(text(124, 12), 8))
    const content = archive.toString('utf8', at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
    const type = text(156, 1)
    if (type === 'x') {
      extended = readRecords(content)
      continue
    }
    const kind = kinds[Number(type) as keyof typeof kinds]
    const path = extended['path'] ?? text(0, 100)
    entries.push(kind === 'symlink' ? { path, kind, content, target: extended['linkpath'] ?? text(157, 100) } : { path, kind, content })
    extended = {}
  }
  return entries
}

function readRecords(text: string): Record<string, string> {
  const records: Record<string, string> = {}
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(bytes.toString('utf8', at, at + 20), 10)
    const record = bytes.toString('utf8', at, at + length)
    const [, key, value] = /^\d+ ([^=]+)=(.*)\n$/s.exec(record) ?? []
    if (key === undefined || value === undefined) throw new Error(`"${record}" is no record`)
    records[key] = value
    at += length
  }
  return records
}
