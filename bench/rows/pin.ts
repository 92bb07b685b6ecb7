import { temporaryFolder } from '../../test/support/folder.ts'
import { startServer, type TestServer } from '../../test/support/server.ts'
import { syncRate } from '../bytes.ts'
import { requestRate } from '../load.ts'
import { inTurn } from '../measure.ts'
import { startBare } from '../peers.ts'
import { leastRow, type Row } from '../row.ts'
import type { Sizes } from '../sizes.ts'

const accounts = 4
const connections = 16

/** CIDv1 of a raw block with SHA-256, in base32: so many of them that no two requests name the same. */
const newCid = `bafkreia${'*'.repeat(50)}a`
/** Of these there are 32. */
const anyOfFew = `bafkreia${'a'.repeat(49)}*a`

/** `POST /pins` of what is not here, of what others wait for, and of what is here, over four accounts; each durable before its answer. */
export async function pin({ seconds, rounds }: Sizes): Promise<Row[]> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder())
  const bare = started.adopt(await startBare({ pins: 400 }), (it) => it.stop())
  const server = started.adopt(await startServer(), (it) => it.stop())
  const keys: string[] = []
  for (let i = 0; i < accounts; i++) keys.push(await server.createKey(undefined, `account-${i}@example.org`))
  const stored = await upload(server, keys[0]!)

  const rate = (base: string, cid: string) => requestRate({ url: `${base}/pins`, connections, seconds, keys, text: JSON.stringify({ cid, name: 'a name' }) })
  const { added, waiting, pinned, ...beside } = await inTurn(rounds, {
    'fdatasync of 4 KiB': () => syncRate(folder.path),
    'bare node:http': () => rate(bare.url, newCid),
    added: async () => {
      const [value] = await Promise.all([rate(`${server.url}/psa`, newCid), demandVisible(server, keys[0]!)])
      return value
    },
    waiting: () => rate(`${server.url}/psa`, anyOfFew),
    pinned: () => rate(`${server.url}/psa`, stored),
  })
  return [
    leastRow({ id: 'pin.new', value: added, unit: 'req/s', beside }, 2000),
    leastRow({ id: 'pin.waiting', value: waiting, unit: 'req/s', beside }, 2000),
    leastRow({ id: 'pin.stored', value: pinned, unit: 'req/s', beside }, 2000),
  ]
}

/** Under the load, what was posted is the first of the list that is asked for next. */
async function demandVisible({ url }: TestServer, key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  for (let i = 0; i < 10; i++) {
    const name = crypto.randomUUID()
    const posted = await fetch(`${url}/psa/pins`, { method: 'POST', headers, body: JSON.stringify({ cid: newCid.replaceAll('*', () => letter()), name }) })
    const { requestid } = (await posted.json()) as { requestid: string }
    const { count, results } = (await (await fetch(`${url}/psa/pins?name=${name}&status=queued,pinning`, { headers })).json()) as { count: number; results: { requestid: string }[] }
    if (posted.status !== 202 || count !== 1 || results[0]?.requestid !== requestid) throw new Error('a pin is not in the list that was asked for after it')
  }
}

async function upload({ url }: TestServer, key: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/uploads`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: 'stored' })
  return ((await answer.json()) as { roots: { cid: string }[] }).roots[0]!.cid
}

function letter(): string {
  return 'abcdefghijklmnopqrstuvwxyz234567'[Math.floor(Math.random() * 32)]!
}
