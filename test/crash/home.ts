import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiOf, type Api } from './api.ts'
import { prepareServer, runTholed, type Prepared, type Running } from './child.ts'
import { mountSmallDisk, refusingShim, type Medium } from './medium.ts'
import { Model } from './model.ts'

/** One data folder, the server on it, and what is known of it. */
export interface Home {
  /** Below it: `data/` and what the driver keeps for itself. */
  path: string
  dataFolder: string
  medium: Medium
  /** Of the shim, which stands between the server and the disk; undefined: it keeps none. */
  journal?: string
  model: Model
  /** Segments that lost their index together with what tells where their end is: `store check` speaks of them from then on. */
  openEnded: Set<string>
  server: Running
  api: Api
  /** After a kill: up to `kills.length` starts that are killed after so many milliseconds, then one that is let through. */
  restart(kills: readonly number[]): Promise<void>
  command(args: readonly string[]): Promise<{ code: number; out: string; err: string }>
  close(options: { keep: boolean }): Promise<void>
}

/** Servers that have loaded their code, ahead of need. */
export interface Pool {
  take(): Prepared
  close(): Promise<void>
}

export function openPool(size: number): Pool {
  const ahead: Prepared[] = []
  const fill = () => { while (ahead.length < size) ahead.push(prepareServer()) }
  fill()
  return {
    take() {
      const taken = ahead.shift()!
      fill()
      return taken
    },
    close: async () => void (await Promise.all(ahead.splice(0).map((prepared) => prepared.kill()))),
  }
}

export interface HomeOptions {
  /** As in `restart`; the tables are being made then. */
  kills: readonly number[]
  /** On a disk of its own, which has to be permitted. Such a home knows no power cuts. */
  smallDisk: boolean
}

/** Makes a fresh folder, and starts a server on it. */
export async function openHome(pool: Pool, { kills, smallDisk }: HomeOptions): Promise<Home> {
  const path = await mkdtemp(join(tmpdir(), 'thole-crash-'))
  const dataFolder = join(path, 'data')
  const journal = smallDisk ? undefined : join(path, 'journal')
  const medium = smallDisk ? await mountSmallDisk(dataFolder) : refusingShim
  const variables = {
    THOLE_DATA: dataFolder,
    THOLE_PORT: '0',
    THOLE_NETWORK: 'none',
    THOLE_LOG: 'warn',
    THOLE_MIN_FREE: '0',
    THOLE_RECLAIM_GRACE: '0',
    ...(journal && { CRASH_JOURNAL: journal }),
  }

  async function start(delays: readonly number[]): Promise<{ server: Running; url: string }> {
    for (const delay of delays) {
      const victim = pool.take().start(variables)
      await new Promise((resolve) => setTimeout(resolve, delay))
      await victim.kill()
    }
    const server = pool.take().start(variables)
    return { server, url: await server.ready() }
  }

  const command = (args: readonly string[]) => runTholed(args, variables)
  const first = await start(kills)
  const key = await command(['keys', 'create', '--account', 'crash@example.org', '--name', 'crash'])
  if (key.code !== 0) throw new Error(`tholed keys create ended with ${key.code}: ${key.err}`)
  const token = key.out.trim()

  const home: Home = {
    path,
    dataFolder,
    medium,
    journal,
    model: new Model(),
    openEnded: new Set(),
    server: first.server,
    api: apiOf(first.url, token),
    async restart(delays) {
      const { server, url } = await start(delays)
      home.server = server
      home.api = apiOf(url, token)
    },
    command,
    async close({ keep }) {
      await home.server.kill()
      await medium.close()
      if (!keep) await rm(path, { recursive: true, force: true })
    },
  }
  return home
}
