import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from './program.ts'

/** Profiles that Kubo knows by the same names as Thole. */
export type KuboProfile = 'unixfs-v1-2025' | 'unixfs-v0-2015'

export interface Kubo {
  /** http://127.0.0.1:port of the RPC API. */
  api: string
  /** http://127.0.0.1:port of the gateway. */
  gateway: string
  peerId: string
  pid: number
  /** Where its swarm listens, each with /p2p/. */
  addresses: string[]
  /** Runs `ipfs` against this node and returns standard output; throws with its words where it fails. */
  ipfs(args: readonly string[], stdin?: Uint8Array): Promise<Buffer>
  /** The same, as a trimmed line of text. */
  line(args: readonly string[], stdin?: Uint8Array): Promise<string>
  stop(): Promise<void>
}

/** The Kubo program: IPFS_BIN, or `ipfs` on PATH. Undefined where there is none. */
export const kuboProgram = findKubo()

/** Why suites that need Kubo are skipped, or undefined where they run. */
export const noKubo = kuboProgram === undefined ? 'there is no Kubo: set IPFS_BIN, or put ipfs on PATH' : undefined

/** A real Kubo in a fresh repository, which talks to nobody by itself but this delegated router. `sync`: every block is on the disk before it answers. */
export async function startKubo({ sync = false, profile = 'unixfs-v1-2025', router, variables }: { sync?: boolean; profile?: KuboProfile; router?: string; variables?: Record<string, string> } = {}): Promise<Kubo> {
  if (kuboProgram === undefined) throw new Error(noKubo)
  const program = kuboProgram
  const folder = await mkdtemp(join(tmpdir(), 'thole-kubo-'))
  const env = { PATH: process.env.PATH ?? '', HOME: folder, IPFS_PATH: folder, IPFS_TELEMETRY: 'off', ...variables }
  await runProgram(program, ['init', `--profile=test,${profile}`], { env })
  await keepToItself(join(folder, 'config'), { sync, router })

  let written = ''
  const child = spawn(program, ['daemon'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (written += text.toString()))
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await once(child, 'exit')
      clearTimeout(late)
    }
    await rm(folder, { recursive: true, force: true })
  }
  const deadline = Date.now() + 30_000
  while (!written.includes('Daemon is ready')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop()
      throw new Error(`Kubo did not start:\n${written}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }

  const ipfs = (args: readonly string[], stdin?: Uint8Array) => runProgram(program, args, { env, stdin })
  const line = async (args: readonly string[], stdin?: Uint8Array) => (await ipfs(args, stdin)).toString().trim()
  const listening = (what: string) => `http://${new RegExp(`${what} server listening on /ip4/([\\d.]+)/tcp/(\\d+)`).exec(written)!.slice(1).join(':')}`
  const { ID: peerId, Addresses: addresses } = JSON.parse(await line(['id', '--enc=json'])) as { ID: string; Addresses: string[] }
  return { api: listening('RPC API'), gateway: listening('Gateway'), peerId, pid: child.pid!, addresses, ipfs, line, stop }
}

/** What the profile `test` leaves open: routers, relays, announcements. */
async function keepToItself(file: string, { sync, router }: { sync: boolean; router?: string }): Promise<void> {
  const config = JSON.parse(await readFile(file, 'utf8'))
  config.AutoConf = { Enabled: false }
  config.Bootstrap = []
  config.Routing = router ? { Type: 'delegated', DelegatedRouters: [router] } : { Type: 'none', DelegatedRouters: [] }
  config.Ipns.DelegatedPublishers = router ? [`${router}/routing/v1/ipns`] : []
  config.DNS = { Resolvers: {} }
  config.AutoTLS = { Enabled: false }
  config.Discovery = { MDNS: { Enabled: false } }
  config.Swarm.RelayClient = { Enabled: false }
  config.Provide = { Enabled: false }
  config.Datastore.Spec.mounts[0].sync = sync
  await writeFile(file, JSON.stringify(config))
}

function findKubo(): string | undefined {
  const program = process.env.IPFS_BIN || 'ipfs'
  return spawnSync(program, ['version'], { stdio: 'ignore' }).status === 0 ? program : undefined
}
