import { setTimeout as sleep } from 'node:timers/promises'
import { TholeError } from '../../errors.ts'
import type { Thole } from '../../thole.ts'
import type { Pin, PinStatus } from '../../types.ts'
import { exitCodes, type Call, type Command } from '../command.ts'
import { readCid } from '../read-cid.ts'
import { readCount } from '../read-count.ts'
import { openThole } from '../server.ts'

const statuses: readonly PinStatus[] = ['queued', 'pinning', 'pinned', 'failed']

export const pinAdd: Command = {
  name: 'pin add',
  summary: 'has the server fetch and keep a CID',
  takes: 'CID',
  arguments: { least: 1, most: 1 },
  options: {
    name: { value: 'NAME', help: 'what lists show' },
    origin: { value: 'MULTIADDR', help: 'who has it', several: true },
    wait: { help: 'waits until it is pinned or has failed' },
  },
  description: 'Asks for a CID to be pinned and prints the id of the request and how it stands. Where the content comes from, the server decides: what it has already, the origins, its peers, and the public network where it takes part in it.',
  examples: [
    ['thole pin add bafybei… --name site --wait', 'Waits for it'],
    ['thole pin add bafybei… --origin /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…', 'Says who has it'],
  ],
  async run(call) {
    const cid = call.positionals[0]!
    readCid(cid)
    const thole = await openThole(call)
    const origins = call.options('origin')
    const pin = await thole.pins.add({ cid, name: call.option('name'), origins: origins.length > 0 ? [...origins] : undefined }, { signal: call.signal })
    const last = call.has('wait') ? await settled(thole, pin, call) : pin
    tell(call, last)
    return last.status === 'failed' ? exitCodes.failed : exitCodes.ok
  },
}

export const pinLs: Command = {
  name: 'pin ls',
  summary: 'lists pin requests, newest first',
  takes: '[CID]',
  arguments: { least: 0, most: 1 },
  options: {
    status: { value: 'STATUS', help: 'only these', choices: statuses },
    name: { value: 'NAME', help: 'only those whose name has this in it' },
    limit: { value: 'N', help: 'so many at most; default all' },
  },
  description: 'Lists requests: id, status, CID, time and name, with tabs between them, and why one is not pinned.',
  examples: [
    ['thole pin ls --status queued', 'What waits, and for what'],
    ['thole pin ls bafybei…', 'Those of one CID'],
  ],
  async run(call) {
    const most = readCount(call.option('limit'), '--limit')
    const cid = call.positionals[0] ? readCid(call.positionals[0]) : undefined
    const thole = await openThole(call)
    let listed = 0
    for await (const pin of thole.pins.list({ cid, status: statuses.find((known) => known === call.option('status')), name: call.option('name'), signal: call.signal })) {
      if (cid && readCid(pin.cid) !== cid) continue
      if (listed++ >= most) break
      tell(call, pin)
    }
    if (cid && listed === 0) return exitCodes.notFound
  },
}

export const pinRm: Command = {
  name: 'pin rm',
  summary: 'ends pin requests, by their id or their CID',
  takes: 'ID|CID',
  arguments: { least: 1, most: 1 },
  description: 'Ends one request by its id, or all of this account for a CID. An upload that the request was made with ends, too.',
  examples: [
    ['thole pin rm 3fa85f64-5717-4562-b3fc-2c963f66afa6', 'One request'],
    ['thole pin rm bafybei…', 'All of a CID'],
  ],
  async run(call) {
    const [what] = call.positionals as [string]
    const thole = await openThole(call)
    const ids = isId(what) ? [what] : await requestsOf(thole, readCid(what), call.signal)
    if (ids.length === 0) throw new TholeError('NOT_FOUND', `there is no pin request for ${what}`)
    for (const id of ids) {
      await thole.pins.remove(id, { signal: call.signal })
      call.say.result({ removed: id }, id)
    }
  },
}

async function requestsOf(thole: Thole, cid: string, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = []
  for await (const pin of thole.pins.list({ cid, signal })) if (readCid(pin.cid) === cid) ids.push(pin.id)
  return ids
}

/** Milliseconds between two looks: twice as many each time. */
const pauses = { first: 100, longest: 2_000 }

async function settled(thole: Thole, { id }: Pin, { say, signal }: Call): Promise<Pin> {
  for (let pause = pauses.first; ; pause = Math.min(pause * 2, pauses.longest)) {
    const pin = await thole.pins.get(id, { signal })
    if (pin.status === 'pinned' || pin.status === 'failed') return pin
    say.progress({ of: pin.status, done: pin.blocks ?? 0 })
    await sleep(pause, undefined, { signal })
  }
}

function tell({ say }: Call, pin: Pin): void {
  const { id, status, cid, created, name = '', reason } = pin
  const words = [id, status, cid, created, name.replaceAll(/[\t\n]/g, ' ')].join('\t')
  say.result(pin, reason && status !== 'pinned' ? `${words}\n  ${reason}` : words)
}

function isId(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(text)
}
