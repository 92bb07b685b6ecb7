import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { fault } from '../kernel/faults.ts'
import type { IncomingFile } from '../domain/uploads/index.ts'

export interface FormLimits {
  files?: number
  fields?: number
  /** Bytes of a part's header lines. */
  header?: number
  /** Bytes of a part that is no file. */
  fieldBytes?: number
  /** Hears of the parts that are no files, as they come. */
  onField?(name: string, value: string): void
}

/** Bytes around files and fields that are no header lines. */
const slack = 1 << 20

/**
 * The files of a `multipart/form-data` body, one after the other: the next part is read only when the bytes of the one before
 * were. Parts without a file name are for `onField` alone. Faults: INVALID_REQUEST where the form is malformed or cut short, TOO_LARGE.
 */
export async function* formFiles(incoming: IncomingMessage, limits: FormLimits = {}): AsyncIterable<IncomingFile> {
  const { files = 1_000_000, fields = 1000, header = 16 * 1024, fieldBytes = 64 * 1024, onField } = limits
  const found: { field: string; path: string; mediaType: string; stream: Readable }[] = []
  let ended = false
  let failure: unknown
  let notice = () => {}

  /** Bytes that came, without those of files: what nobody else counts. */
  let beside = 0
  let seen = 0

  const form = open(incoming, { files, fields, fieldSize: fieldBytes, headerSize: header })
  const end = (error?: unknown) => {
    ended = true
    failure ??= error
    for (const { stream } of found) stream.destroy()
    notice()
  }
  const tooMany = () => end(fault('TOO_LARGE', { reason: `a form may have ${files} files and ${fields} fields` }))
  form.on('file', (field, stream, filename, _encoding, mediaType) => {
    stream.on('error', () => {})
    if (filename === undefined || filename === '') return void stream.resume()
    seen++
    found.push({ field, path: decodeName(filename), mediaType, stream })
    notice()
  })
  form.on('field', (name, value, _nameCut, valueCut) => {
    if (onField === undefined) return
    if (valueCut) end(fault('TOO_LARGE', { reason: `the field "${name.slice(0, 100)}" may have ${fieldBytes} bytes` }))
    else onField(name, value)
  })
  form.on('finish', () => end())
  form.on('error', (error) => end(fault('INVALID_REQUEST', { reason: `the form is malformed: ${words(error)}` }, { cause: error })))
  form.on('filesLimit', tooMany)
  form.on('fieldsLimit', tooMany)
  incoming.on('data', (piece: Buffer) => {
    beside += piece.length
    if (beside > slack + fields * fieldBytes + seen * header) end(fault('TOO_LARGE', { reason: 'the form has more beside its files than a form may have' }))
  })
  incoming.once('aborted', () => form.destroy(fault('ABORTED')))
  incoming.pipe(form)

  try {
    for (;;) {
      const next = found.shift()
      if (next) {
        const { stream, ...named } = next
        yield { ...named, bytes: checked(stream, { failure: () => failure, taken: (bytes) => (beside -= bytes) }) }
        continue
      }
      if (failure !== undefined) throw failure
      if (ended) return
      await new Promise<void>((resolve) => (notice = resolve))
    }
  } finally {
    incoming.unpipe(form)
    incoming.resume()
    form.destroy()
  }
}

function open(incoming: IncomingMessage, limits: { files: number; fields: number; fieldSize: number; headerSize: number }) {
  try {
    return new Busboy({ headers: incoming.headers as BusboyHeaders, preservePath: true, limits })
  } catch (cause) {
    throw fault('INVALID_REQUEST', { reason: `the form is malformed: ${words(cause)}` }, { cause })
  }
}

/** A part that was cut short must not pass for a whole one. */
async function* checked(stream: Readable, { failure, taken }: { failure(): unknown; taken(bytes: number): void }): AsyncIterable<Uint8Array> {
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      taken(piece.length)
      yield piece
    }
  } catch (error) {
    throw failure() ?? error
  }
  const broken = failure()
  if (broken !== undefined) throw broken
}

/** curl and browsers send UTF-8 names; backslashes of old Windows clients are separators. */
function decodeName(name: string): string {
  return name.replaceAll('\\', '/').replace(/^(\.?\/)+/, '')
}

function words(error: unknown): string {
  return error instanceof Error ? error.message.toLowerCase() : 'it cannot be read'
}
