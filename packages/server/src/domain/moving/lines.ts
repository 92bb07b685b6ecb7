/** Of one line: a row of an upload may list many files. */
const maxLineBytes = 64 << 20

/** The lines of a text that comes in pieces, which may be overwritten; the last one may lack its end. @throws SyntaxError where one is absurdly long */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let begun: Buffer[] = []
  let length = 0
  for await (const piece of pieces) {
    let at = 0
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, at)) {
      const line = Buffer.concat([...begun, piece.subarray(at, end)]).toString()
      begun = []
      length = 0
      at = end + 1
      if (line !== '') yield line
    }
    length += piece.length - at
    if (length > maxLineBytes) throw new SyntaxError('a line does not end')
    begun.push(Buffer.from(piece.subarray(at)))
  }
  const line = Buffer.concat(begun).toString()
  if (line !== '') yield line
}

const newline = 0x0a
