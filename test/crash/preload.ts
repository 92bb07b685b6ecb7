// Runs in the server's process before the server does: loads its code ahead of time and waits for the word to start, so that a round
// does not wait for the loading of modules; and puts itself between the server and the disk where a round asks for it.
import { installShim } from './power/shim.ts'

interface Word {
  variables: Record<string, string>
}

// Asked for first, so that no message is missed.
const word = new Promise<Word>((resolve) => process.once('message', (message) => resolve(message as Word)))
const shim = await installShim()
await import('../../packages/server/src/app/serve.ts')
const { variables } = await word
Object.assign(process.env, variables)
shim.activate(variables)
process.on('message', (message) => {
  shim.tell(message as { room?: number | null })
  process.send!('told')
})
// Without the driver nobody needs this server.
process.once('disconnect', () => process.exit(1))
process.channel!.unref()
