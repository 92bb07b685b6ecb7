import { embeddedNetwork } from '../embedded.ts'
import { noBlocks, quiet } from './fetching.ts'

/** A house with nothing but a network: prints the process id of its guest. */
const network = await embeddedNetwork({ mode: 'local', keyFile: process.argv[2] as string, log: quiet })
await network.start(noBlocks)
console.log(network.status().pid)
