import { readFile } from 'node:fs/promises'
import { temporaryFolder } from '../test/support/folder.ts'
import { kuboProgram, startKubo } from '../test/support/kubo.ts'
import { runProgram } from '../test/support/program.ts'
import { startServer } from '../test/support/server.ts'
import { copyRate, postRate, sha256Rate, writeSource } from './bytes.ts'
import { boundRow, median, shareRow, type Row, type Sizes } from './row.ts'

/**
 * One large upload over HTTP, durable before its answer: MB/s as a share of what one core hashes, and the memory that the server
 * took at most. Kubo adds as many bytes beside it, as it comes (not durable) and with `sync: true`.
 */
export async function upload({ upload: length, rounds }: Sizes): Promise<Row[]> {
  await using folder = await temporaryFolder()
  const source = await writeSource(folder.path, length)
  const server = await startServer()
  try {
    const headers = { authorization: `Bearer ${await server.createKey()}` }
    const measured: Record<string, number[]> = {}
    const note = async (name: string, measure: () => Promise<number>) => {
      // What the one before left to be written to the disk is not paid for by the next.
      await runProgram('sync', [])
      ;(measured[name] ??= []).push(await measure())
    }
    for (let round = 0; round < rounds; round++) {
      await note('sha256', () => sha256Rate(length))
      await note('copy and fsync', () => copyRate(source, length))
      await note('thole', () => postRate(`${server.url}/api/v1/uploads`, { headers, length }))
      if (kuboProgram === undefined) continue
      await note('kubo', () => kuboRate(length, false))
      await note('kubo sync', () => kuboRate(length, true))
    }
    const { thole: value, ...beside } = Object.fromEntries(Object.entries(measured).map(([name, values]) => [name, median(values)]))
    return [
      shareRow({ id: 'upload.rate', value: value!, unit: 'MB/s', beside }, 0.3, 'sha256'),
      boundRow({ id: 'upload.memory', value: await peakMemory(server.pid), unit: 'MB' }, 300),
    ]
  } finally {
    await server.stop()
  }
}

async function kuboRate(length: number, sync: boolean): Promise<number> {
  const kubo = await startKubo({ sync })
  try {
    const line = 'thole-bench'
    const head = `--${line}\r\ncontent-disposition: form-data; name="file"; filename="new.bin"\r\ncontent-type: application/octet-stream\r\n\r\n`
    const headers = { 'content-type': `multipart/form-data; boundary=${line}` }
    return await postRate(`${kubo.api}/api/v0/add?quieter=true&progress=false`, { headers, length, head, tail: `\r\n--${line}--\r\n` })
  } finally {
    await kubo.stop()
  }
}

/** The most resident memory that a process had so far, MB (10^6 bytes). */
async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6
}
