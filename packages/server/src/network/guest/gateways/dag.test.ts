import { carFrame, carHeader } from '@thole/dag'
import type { Block } from '@thole/dag'
import { describe, expect, it } from 'vitest'
import { useGateways } from '../../testing/asking-gateways.ts'
import { blockOf, DAG_CBOR, randomBlocks } from '../../testing/blocks.ts'
import type { OddGateway } from '../../testing/odd-gateway.ts'
import { limits } from '../limits.ts'

const asking = useGateways()

describe('a gateway asked for a whole DAG', () => {
  const root = blockOf(Buffer.from('a0', 'hex'), { codec: DAG_CBOR })
  const leaves = randomBlocks(50, 1000)
  const all = [root, ...leaves]
  const car = (blocks: readonly Block[], rest = Buffer.alloc(0)) => Buffer.concat([carHeader([root.cid]), ...blocks.flatMap((block) => carFrame(block)), rest])

  it.each<[string, OddGateway['temper'], string[]]>([
    ['it knows no CARs', () => false, []],
    ['it answers with a page', (_, response) => !!response.writeHead(200).end('<!doctype html><p>Welcome'), []],
    ['its CAR is cut short', (_, response) => !!response.writeHead(200).end(car(all).subarray(0, 20_000)), []],
    ['its CAR breaks off', (_, response) => !!response.writeHead(200).write(car(all).subarray(0, 20_000), () => response.destroy()), []],
    ['its CAR ends in garbage', (_, response) => !!response.writeHead(200).end(car(all.slice(0, 20), Buffer.from('garbage'))), []],
    ['its CAR lacks much', (_, response) => !!response.writeHead(200).end(car(all.slice(0, 10))), []],
  ])('%s: the rest is asked for block by block', async (_, temper) => {
    asking.odd.put(all)
    asking.odd.temper = (request, response, cid) => request.url?.includes('format=car') === true && temper(request, response, cid)
    const fetch = asking.open([asking.odd.url], { root })
    asking.want(fetch, [root])
    await asking.becomes(() => asking.has([root]))
    asking.want(fetch, leaves)
    await asking.becomes(() => asking.has(all))
    await asking.becomes(() => asking.rows.get(asking.odd.url)?.blocks === all.length)
    expect(asking.odd.asked.filter((what) => what.startsWith('car'))).toEqual([`car ${root.cid}`])
  })

  it('it sends another DAG: it is put aside', async () => {
    asking.odd.temper = (_, response) => !!response.writeHead(200).end(car(leaves))
    asking.honest.put(all)
    const fetch = asking.open([asking.odd.url], { root })
    asking.want(fetch, [root])
    await asking.becomes(() => asking.rows.get(asking.odd.url)?.state === 'failed')
    expect(asking.rows.get(asking.odd.url)?.reason).toMatch(/without the block that was asked for/)
  })

  it('it floods with blocks that nobody asked for: a bounded number is taken', async () => {
    let sent = 0
    asking.odd.put(all)
    asking.odd.temper = (request, response) => {
      if (request.url?.includes('format=car') !== true) return false
      response.writeHead(200).write(car([root]))
      const more = () => {
        if (response.destroyed) return
        const frame = Buffer.concat(carFrame(randomBlocks(1, 1 << 20)[0]!))
        sent += frame.length
        response.write(frame, more)
      }
      more()
      return true
    }
    const fetch = asking.open([asking.odd.url], { root })
    asking.want(fetch, all)
    await asking.becomes(() => asking.has(all))
    expect(sent).toBeLessThan(limits.maxHeld + (16 << 20))
  })

  it('what comes before it is wanted is kept, and reading waits where nobody takes it', async () => {
    const large = randomBlocks(60, 1 << 20)
    asking.odd.cars.set(root.cid.toString(), [root, ...large])
    const fetch = asking.open([asking.odd.url], { root })
    asking.want(fetch, [root])
    await asking.becomes(() => asking.has([root]))
    for (const block of large) {
      asking.want(fetch, [block])
      await asking.becomes(() => asking.has([block]))
      asking.client.taken(fetch, block.bytes.length)
    }
    expect(asking.odd.asked).toEqual([`car ${root.cid}`])
  })
})
