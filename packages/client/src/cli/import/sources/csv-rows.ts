export interface CsvRow {
  /** Where it begins, from 1. */
  line: number
  fields: string[]
}

/** Characters of one row: none that is meant is longer. */
const maxRow = 65_536

/** RFC 4180, with LF as well as CRLF, and a byte order mark passed over. Empty lines are none. @throws Error where a quote does not end */
export async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  let fields: string[] = []
  let field = ''
  let state: 'bare' | 'quoted' | 'closed' = 'bare'
  let [line, begun, length] = [1, 1, 0]

  const endField = () => {
    fields.push(field)
    field = ''
    state = 'bare'
  }
  const endRow = (): CsvRow | undefined => {
    endField()
    const row = { line: begun, fields }
    fields = []
    begun = line
    length = 0
    return row.fields.length === 1 && row.fields[0] === '' ? undefined : row
  }

  for await (const chunk of text) {
    for (const char of chunk) {
      if (char === '\uFEFF' || (char === '\r' && state !== 'quoted')) continue
      if (++length > maxRow) throw new Error(`the row at line ${begun} is longer than ${maxRow} characters, or a quote in it does not end`)
      if (char === '\n') line++
      if (state === 'quoted') {
        if (char === '"') state = 'closed'
        else field += char
      } else if (char === ',') endField()
      else if (char === '\n') {
        const row = endRow()
        if (row) yield row
      } else if (char === '"' && (state === 'closed' || field === '')) {
        if (state === 'closed') field += char
        state = 'quoted'
      } else field += char
    }
  }
  if (state === 'quoted') throw new Error(`the row at line ${begun} has a quote that does not end`)
  const row = endRow()
  if (row) yield row
}
