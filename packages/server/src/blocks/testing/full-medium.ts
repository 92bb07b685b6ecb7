import { openDiskStore } from '../disk-store.ts'
import { toFault } from '../../kernel/faults.ts'
import { block } from './numbered-blocks.ts'

/** Writes until the medium takes no more, and tells what was durable, how it failed, and whether what was durable can be read afterwards. */
const blocks = await openDiskStore({ folder: process.argv[2]!, log: { debug() {}, info() {}, warn() {}, error() {} } })
const acknowledged: number[] = []
let failure = ''
for (let i = 0; failure === '' && i < 10_000; i++) {
  const writer = blocks.writer()
  try {
    await writer.put(block(i))
    await writer.commit()
    acknowledged.push(i)
  } catch (error) {
    failure = toFault(error).code
  }
}
const read = await Promise.all(acknowledged.map((i) => blocks.get(block(i).cid.multihash.bytes)))
process.stdout.write(JSON.stringify({ acknowledged, failure, afterwards: read.every((bytes) => bytes !== undefined) }))
await blocks.close()
