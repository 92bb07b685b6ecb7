import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Thole } from '@thole/client'
import { importClassic, noClassicClients, requireClassic } from '../../test/support/classic-clients.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { goW3s, noGoW3s } from '../../test/support/go-w3s.ts'
import { startServer } from '../../test/support/server.ts'
import { newFiles } from '../bytes.ts'
import { median, timed } from '../measure.ts'
import { leftOut, timesRow, type Row } from '../row.ts'
import type { Sizes } from '../sizes.ts'

type Files = [name: string, content: Uint8Array][]

interface Putter {
  id: string
  /** Has the files in hand as the client wants them; what it returns puts them at an endpoint, and gives the CID. */
  take(files: Files, stack: AsyncDisposableStack): Promise<(url: string) => Promise<string>> | ((url: string) => Promise<string>)
}

/** A directory of many files by each old client: its put without what it takes when the answer is there at once, which is building the CAR. */
export async function classic({ files: count, rounds }: Sizes): Promise<Row[]> {
  if (noClassicClients) return leftOut('classic', noClassicClients)
  await using stack = new AsyncDisposableStack()
  const server = stack.adopt(await startServer({ THOLE_NETWORK: 'none' }), (it) => it.stop())
  const key = await server.createKey()
  const putters = [await web3Storage(key), nftStorage(key), ...(noGoW3s ? [] : [goClient(key)])]
  if (noGoW3s) leftOut('classic.go-w3s', noGoW3s)
  const rows: Row[] = []
  for (const { id, take } of putters) {
    const [whole, building]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      await using own = new AsyncDisposableStack()
      const files = [...newFiles(count / 2)]
      const put = await take(files, own)
      let cid = ''
      whole.push(await timed(async () => void (cid = await put(server.url))))
      await demandNames(new Thole({ url: server.url, key }), cid, files.length)
      await using echo = await answering(cid)
      building.push(await timed(async () => void (await put(echo.url))))
    }
    const value = median(whole) - median(building)
    rows.push(timesRow({ id: `classic.${id}`, value, unit: 's', beside: { building: median(building) } }, 0.3, 'building'))
  }
  return rows
}

/** The directory has all names, as the gateway gives it. */
async function demandNames(thole: Thole, cid: string, count: number): Promise<void> {
  const got = await thole.get(cid)
  if (got.kind !== 'directory') throw new Error(`${cid} is no directory`)
  const names = new Set<string>()
  for await (const { name } of got.entries()) names.add(name)
  if (names.size !== count) throw new Error(`${cid} has ${names.size} names instead of ${count}`)
}

/** Takes whatever is sent and knows the answer at once, in the words of all dialects. */
async function answering(cid: string): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: true, cid, value: { cid } })))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const noWait = () => Promise.resolve()

async function web3Storage(token: string): Promise<Putter> {
  interface Library {
    Web3Storage: new (options: object) => { put(files: File[], options: object): Promise<string> }
    File: typeof File
  }
  const library = await importClassic<Library>('web3.storage/src/lib.js')
  return {
    id: 'web3.storage',
    take(files) {
      const given = files.map(([name, content]) => new library.File([content as BlobPart], name))
      return (url) => new library.Web3Storage({ token, endpoint: new URL('/web3/', url), rateLimiter: noWait }).put(given, { maxRetries: 0 })
    },
  }
}

function nftStorage(token: string): Putter {
  interface Library {
    NFTStorage: new (options: object) => { storeDirectory(files: File[]): Promise<string> }
    File: typeof File
  }
  const library = requireClassic<Library>('nft.storage')
  return {
    id: 'nft.storage',
    take(files) {
      const given = files.map(([name, content]) => new library.File([content as BlobPart], name))
      return (url) => new library.NFTStorage({ token, endpoint: new URL('/nft/', url), rateLimiter: noWait }).storeDirectory(given)
    },
  }
}

function goClient(key: string): Putter {
  return {
    id: 'go-w3s',
    async take(files, stack) {
      const folder = stack.use(await temporaryFolder(Object.fromEntries(files.map(([name, content]) => [join('in', name), content]))))
      return (url) => goW3s(`${url}/web3`, key, 'put', join(folder.path, 'in'))
    },
  }
}
