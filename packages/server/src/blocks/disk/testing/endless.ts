import { readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Multihash } from '../../../ports/block-store.ts'
import { block } from '../../testing/numbered-blocks.ts'
import { openDiskStore } from '../open.ts'

/**
 * Writes and reclaims until it is killed; prints the numbers of blocks that it was told are durable. Half of what it writes nobody wants.
 * Arguments: folder, first number, a file of numbers that have to stay.
 */
const [folder = '', first = '', toKeep = ''] = process.argv.slice(2)
const disk = await openDiskStore({ folder, segmentBytes: 200_000, writerBytes: 20_000 })
const hashOf = (number: number) => block(number).cid.multihash.bytes
const kept: Multihash[] = readFileSync(toKeep, 'utf8').split('\n').filter(Boolean).map((number) => hashOf(Number(number)))
const unwanted = 500_000_000

async function reclaim(): Promise<void> {
  for (;;) {
    await using run = await disk.reclaim()
    await run.mark(kept)
    for await (const _ of run.sweep({ liveRatio: 0.8 }));
    await nextTurn()
  }
}

async function write(worker: number): Promise<void> {
  // Some commit each block, others hundreds at once.
  const atOnce = worker < 3 ? 1 : 300
  for (let i = Number(first) + worker; ; ) {
    const numbers: number[] = []
    await using writer = disk.writer()
    for (; numbers.length < atOnce; i += 6) {
      await writer.put(block(i))
      await writer.put(block(unwanted + i))
      numbers.push(i)
    }
    await writer.commit()
    kept.push(...numbers.map(hashOf))
    process.stdout.write(`${numbers.join('\n')}\n`)
  }
}

await Promise.all([reclaim(), ...[0, 1, 2, 3, 4, 5].map(write)])
