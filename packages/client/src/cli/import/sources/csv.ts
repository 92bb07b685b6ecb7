import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { parseCid } from '@thole/dag'
import { wordsOf } from '../../outcome.ts'
import { UsageError } from '../../usage-error.ts'
import type { Item, Source } from '../item.ts'
import { csvRows } from './csv-rows.ts'

/** CIDs in a CSV: in the column `cid`, their names in `name`; without a header in the first and the second. `-` is standard input. */
export function csvFile(file: string, stdin: Readable): Source {
  return {
    from: file === '-' ? 'stdin' : resolve(file),
    async *items() {
      const facts = file === '-' ? undefined : await stat(file).catch(() => undefined)
      if (file !== '-' && !facts?.isFile()) throw new UsageError(`There is no file ${file}.`)
      const text = file === '-' ? stdin : createReadStream(file)
      let columns: { cid: number; name: number } | undefined
      for await (const { line, fields } of csvRows(text.setEncoding('utf8'))) {
        if (columns === undefined) {
          const titles = fields.map((field) => field.trim().toLowerCase())
          const isHeader = titles.includes('cid')
          columns = isHeader ? { cid: titles.indexOf('cid'), name: titles.indexOf('name') } : { cid: 0, name: 1 }
          if (isHeader) continue
        }
        yield itemOf(line, fields[columns.cid]?.trim() ?? '', fields[columns.name])
      }
    },
  }
}

function itemOf(line: number, cid: string, name: string | undefined): Item {
  try {
    parseCid(cid)
    return { id: `${line} ${cid}`, label: cid, from: { wish: { cid, name: name || undefined } } }
  } catch (error) {
    return { id: `${line}`, label: `line ${line}`, from: { reason: wordsOf(error) } }
  }
}
