/** What a server of the domain name system answered about TXT records (RFC 1035 §4). */
export interface TxtMessage {
  /** 0: there may be some; 3: the name does not exist; others: it failed. */
  code: number
  /** The whole did not fit: it is to be asked for over TCP. */
  truncated: boolean
  texts: string[]
  /** Seconds; undefined where there are no records. */
  ttl?: number
}

const type = { cname: 5, txt: 16 } as const
const internet = 1
const headBytes = 12

/** A question for the TXT records of a name, to be answered by a server that asks others. undefined: the name is too long for one. */
export function txtQuestion(id: number, name: string): Buffer | undefined {
  const labels = name.split('.').map((label) => Buffer.from(label, 'latin1'))
  if (name.length > 253 || labels.some(({ length }) => length === 0 || length > 63)) return undefined
  const head = Buffer.from([id >> 8, id & 255, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  return Buffer.concat([head, ...labels.flatMap((label) => [Buffer.of(label.length), label]), Buffer.of(0, 0, type.txt, 0, internet)])
}

/** Reads an answer to this question. undefined: it is none, and may be somebody's forgery. Throws an Error where it is broken. */
export function readTxtAnswer(bytes: Buffer, question: Buffer): TxtMessage | undefined {
  if (!answers(bytes, question)) return undefined
  const found: TxtMessage = { code: bytes[3]! & 15, truncated: (bytes[2]! & 2) !== 0, texts: [] }
  if (found.truncated) return found
  let at = question.length
  for (let left = bytes.readUInt16BE(6); left > 0; left--) {
    at = skipName(bytes, at)
    const [kind, class_, ttl, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2), bytes.readUInt32BE(at + 4), bytes.readUInt16BE(at + 8)]
    at += 10
    if (at + length > bytes.length) throw new Error('the answer is cut short')
    if (class_ === internet && kind === type.txt) found.texts.push(textOf(bytes.subarray(at, at + length)))
    // A name that stands for another lives as long as both. RFC 2181 §8: with the first bit set, a life is none.
    if (class_ === internet && (kind === type.txt || kind === type.cname)) found.ttl = Math.min(found.ttl ?? Infinity, ttl > 0x7fffffff ? 0 : ttl)
    at += length
  }
  return found
}

/** The same number, and the same question, in whatever case. */
function answers(bytes: Buffer, question: Buffer): boolean {
  if (bytes.length < question.length || bytes.readUInt16BE(0) !== question.readUInt16BE(0) || bytes[2]! < 128 || bytes.readUInt16BE(4) !== 1) return false
  const asked = (message: Buffer) => message.toString('latin1', headBytes, question.length).toLowerCase()
  return asked(bytes) === asked(question)
}

/** A name ends with an empty label, or with a pointer to where the rest of it stands. */
function skipName(bytes: Buffer, from: number): number {
  for (let at = from; ; ) {
    const length = bytes.readUInt8(at)
    if (length === 0) return at + 1
    if (length >= 0xc0) return at + 2
    at += 1 + length
  }
}

/** The strings of a record, of 255 bytes at most, are parts of one text. */
function textOf(data: Buffer): string {
  const parts: Buffer[] = []
  for (let at = 0; at < data.length; at += 1 + data[at]!) parts.push(data.subarray(at + 1, at + 1 + data[at]!))
  return Buffer.concat(parts).toString()
}
