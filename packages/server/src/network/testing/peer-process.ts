import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What the peer programs of this folder are asked over their IPC channel; each answers once, in order. */
export type PeerCommand =
  | { op: 'put'; blocks: { cid: Uint8Array; bytes: Uint8Array }[] }
  | { op: 'want'; address: string; cid: Uint8Array; timeout: number }
  | { op: 'ask'; address: string; cid: Uint8Array; have: boolean }
  | { op: 'crowd'; address: string; streams: number }
  | { op: 'demand'; address: string; wants: number }
  | { op: 'hoard'; address: string; peers: number; cids: Uint8Array[] }

export type PeerAnswer = { ok: true; bytes?: Uint8Array; presence?: 'have' | 'dont-have'; count?: number } | { ok: false; reason: string }

/** A Bitswap peer in a process of its own. */
export interface PeerProcess {
  /** Ends in /p2p/<id>. */
  address: string
  pid: number
  tell(command: PeerCommand): Promise<PeerAnswer>
  stop(): Promise<void>
}

/** `helia-peer` is @helia/bitswap; `odd-peer` breaks rules or shows single messages. */
export async function startPeer(program: 'helia-peer' | 'odd-peer', ...args: string[]): Promise<PeerProcess> {
  const child = fork(fileURLToPath(new URL(`./${program}.ts`, import.meta.url)), args, { serialization: 'advanced', execArgv: [] })
  const exited = once(child, 'exit')
  const [address] = (await Promise.race([once(child, 'message'), exited.then(() => Promise.reject(new Error(`${program} did not start`)))])) as [string]
  return {
    address,
    pid: child.pid as number,
    async tell(command) {
      const answer = once(child, 'message')
      child.send(command)
      return (await answer)[0] as PeerAnswer
    },
    async stop() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** The peer's side: says where it is and answers commands. It ends with its parent. */
export function serveCommands(address: string, answer: (command: PeerCommand) => Promise<PeerAnswer>): void {
  process.on('message', (command: PeerCommand) => {
    answer(command)
      .catch((error: Error): PeerAnswer => ({ ok: false, reason: error.message }))
      .then((result) => process.send?.(result))
  })
  process.on('disconnect', () => process.exit())
  process.send?.(address)
}
