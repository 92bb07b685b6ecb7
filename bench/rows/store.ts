import { join } from 'node:path'
import { temporaryFolder } from '../../test/support/folder.ts'
import { runProgram } from '../../test/support/program.ts'
import type { StoreFigures } from '../programs/store.ts'
import { leastRow, mostRow, type Row } from '../row.ts'
import type { Sizes } from '../sizes.ts'

const program = join(import.meta.dirname, '../programs/store.ts')

/** Blocks of 200 bytes in a disk store: random look-ups, and the memory that a million of them take; a curve over the number of blocks. */
export async function store({ curve, seconds }: Sizes): Promise<Row[]> {
  const rows: Row[] = []
  for (const blocks of curve) {
    await using folder = await temporaryFolder()
    const answer = await runProgram(process.execPath, ['--expose-gc', program, join(folder.path, 'blocks'), String(blocks), String(seconds)])
    const { put, has, get, growth } = JSON.parse(answer.toString()) as StoreFigures
    const among = `${blocks / 1e6}M`
    rows.push(
      leastRow({ id: `store.has.${among}`, value: has, unit: 'blocks/s', beside: { put } }, 200_000),
      leastRow({ id: `store.get.${among}`, value: get, unit: 'blocks/s', beside: { put } }, 50_000),
      mostRow({ id: `store.memory.${among}`, value: growth / 1e6, unit: 'MB' }, 64),
    )
  }
  return rows
}
