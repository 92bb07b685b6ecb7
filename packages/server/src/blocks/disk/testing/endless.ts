import { openDiskStore } from '../open.ts'
import { block } from '../../testing/numbered-blocks.ts'

/** Writes until it is killed; prints the numbers of blocks that it was told are durable. Arguments: folder, first number. */
const disk = await openDiskStore({ folder: process.argv[2]!, segmentBytes: 200_000, writerBytes: 20_000 })
const from = Number(process.argv[3])
await Promise.all(
  [0, 1, 2, 3, 4, 5].map(async (worker) => {
    const writer = disk.writer()
    // Some commit each block, others hundreds at once.
    const atOnce = worker < 3 ? 1 : 300
    for (let i = from + worker; ; ) {
      const numbers: number[] = []
      for (; numbers.length < atOnce; i += 6) {
        await writer.put(block(i))
        numbers.push(i)
      }
      await writer.commit()
      process.stdout.write(`${numbers.join('\n')}\n`)
    }
  }),
)
