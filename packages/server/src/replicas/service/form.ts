export interface Body {
  type: string
  bytes: AsyncIterable<Uint8Array>
}

/** A form with one file, which streams. */
export function formOf(content: AsyncIterable<Uint8Array>, name: string): Body {
  const boundary = `thole-${crypto.randomUUID()}`
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`)
    yield* content
    yield Buffer.from(`\r\n--${boundary}--\r\n`)
  }
  return { type: `multipart/form-data; boundary=${boundary}`, bytes: bytes() }
}
