import { parseCid } from '@thole/dag'
import { expect, test } from 'vitest'
import { leaf, node } from '../testing/blocks.ts'
import { openHouse, signal } from './testing/house.ts'

test('what nothing holds goes after its grace, and nothing else', async () => {
  await using house = await openHouse({ grace: 100 })
  const who = await house.member()
  const [shared, one, two] = [leaf('shared'), leaf('one'), leaf('two')]
  const [first, second] = [node(shared, one), node(shared, two)]
  const upload = await house.send(who, [first], [first, shared, one])
  await house.send(who, [second], [second, two, shared])
  await house.uploads.remove(who, upload.id)
  expect(await house.reclaim.nextDue()).toBe(house.clock.time + 100)
  house.clock.time += 99
  expect(await house.reclaim.run(signal)).toMatchObject({ dags: 0, blocks: 0 })
  expect(await house.isHere(first, shared, one)).toEqual([true, true, true])
  house.clock.time += 1
  const report = await house.reclaim.run(signal)
  expect(report).toEqual({ started: house.clock.time, ended: house.clock.time, dags: 1, blocks: 2, bytes: first.bytes.length + one.bytes.length })
  expect(await house.reclaim.lastReport()).toEqual(report)
  const told = await house.db.read((r) => r.events.list({ accountId: null, kinds: ['store.reclaimed'] }, 10))
  expect(told.map(({ at, data }) => [at, data])).toEqual([[report.ended, { dags: 1, blocks: 2, bytes: report.bytes }]])
  expect(await house.isHere(first, one, second, shared, two)).toEqual([false, false, true, true, true])
  expect(await house.db.read((r) => r.dags.get(first.cid.toString()))).toBeUndefined()
  expect(await house.reclaim.nextDue()).toBeUndefined()
})

test('a pin within the grace has it at once; after it, it has to come again', async () => {
  await using house = await openHouse({ grace: 100 })
  const [one, two] = [await house.member(), await house.member()]
  const root = node(leaf('a'))
  const upload = await house.send(one, [root], [root, leaf('a')])
  await house.uploads.remove(one, upload.id)
  await house.reclaim.run(signal)
  const pin = await house.pins.add(two, { cid: root.cid.toString() })
  expect(pin.status).toBe('pinned')
  house.clock.time += 1_000
  expect(await house.reclaim.run(signal)).toMatchObject({ dags: 0, blocks: 0 })
  await house.pins.remove(two, pin.id)
  house.clock.time += 1_000
  await house.reclaim.run(signal)
  expect((await house.pins.add(two, { cid: root.cid.toString() })).status).toBe('queued')
})

test('the last of several holders counts, whoever it is', async () => {
  await using house = await openHouse()
  const [one, two] = [await house.member(), await house.member()]
  const root = leaf('wanted by two')
  const upload = await house.send(one, [root], [root])
  const again = await house.send(two, [root], [root], { pin: false })
  await house.uploads.remove(one, upload.id)
  await house.reclaim.run(signal)
  expect(await house.isHere(root)).toEqual([true])
  await house.uploads.remove(two, again.id)
  await house.reclaim.run(signal)
  expect(await house.isHere(root)).toEqual([false])
})

test('a part of something that is not complete stays, also below blocks that are not here', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const leaves = ['a', 'b', 'c', 'd'].map(leaf)
  const [left, right] = [node(leaves[0]!, leaves[1]!), node(leaves[2]!, leaves[3]!)]
  const root = node(left, right)
  await house.send(who, [root], [root, leaves[0]!])
  await house.send(who, [root], [leaves[2]!, leaves[3]!])
  await house.reclaim.run(signal)
  expect(await house.isHere(root, leaves[0]!, leaves[2]!, leaves[3]!)).toEqual([true, true, true, true])
  await house.send(who, [root], [left, right, leaves[1]!])
  expect(await house.missing(root.cid.toString())).toEqual([])
  await house.reclaim.run(signal)
  await house.reclaim.run(signal)
  expect(await house.missing(root.cid.toString())).toEqual([])
  // The lists of what came went with the first reclaim after the last part.
  expect((await house.blocks.stats()).blocks).toBe(7)
})

test('what a failed upload left does not last', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const kept = leaf('kept')
  await house.send(who, [kept], [kept])
  const bad = { cid: leaf('b').cid, bytes: Buffer.from('not b') }
  await expect(house.send(who, [kept], [leaf('a'), bad])).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
  expect(await house.db.read((r) => r.jobs.byKey('reclaim', 'garbage'))).toMatchObject({ runAt: house.clock.time + 3_600_000 })
  await house.leave(leaf('a'))
  expect(await house.reclaim.run(signal)).toMatchObject({ dags: 0, blocks: 1 })
  expect(await house.isHere(leaf('a'), kept)).toEqual([false, true])
})

test('nothing is swept while a node of what is held is damaged, and all is after its repair', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const inner = node(leaf('below'))
  const root = node(inner, leaf('beside'))
  await house.send(who, [root], [root, inner, leaf('below'), leaf('beside')])
  const upload = await house.send(who, [leaf('unwanted')], [leaf('unwanted')])
  await house.uploads.remove(who, upload.id)
  house.blocks.corrupt(inner.cid.multihash.bytes)
  expect(await house.reclaim.run(signal)).toMatchObject({ blocked: 'damaged', dags: 0, blocks: 0 })
  expect(await house.isHere(leaf('below'), leaf('unwanted'))).toEqual([true, true])
  expect((await house.db.read((r) => r.dags.get(leaf('unwanted').cid.toString())))?.state).toBe('partial')
  await house.send(who, [inner], [inner])
  const report = await house.reclaim.run(signal)
  expect(report).toMatchObject({ dags: 1, blocks: 1 })
  expect(report.blocked).toBeUndefined()
  expect(await house.missing(root.cid.toString())).toEqual([])
})

test('nothing is swept while a node of something complete is lost; a leaf hides nothing', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const inner = node(leaf('below'))
  const root = node(inner, leaf('beside'))
  await house.send(who, [root], [root, inner, leaf('below'), leaf('beside')])
  const upload = await house.send(who, [leaf('unwanted')], [leaf('unwanted')])
  await house.uploads.remove(who, upload.id)
  await house.lose(inner)
  expect(await house.reclaim.run(signal)).toMatchObject({ blocked: 'absent' })
  expect(await house.isHere(leaf('below'), leaf('unwanted'))).toEqual([true, true])
  await house.send(who, [inner], [inner])
  await house.lose(leaf('beside'))
  house.blocks.corrupt(leaf('below').cid.multihash.bytes)
  expect((await house.reclaim.run(signal)).blocked).toBeUndefined()
  expect(await house.isHere(leaf('unwanted'))).toEqual([false])
})

test('nothing is swept while the list of a part is lost', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const root = node(node(leaf('below')))
  await house.send(who, [root], [leaf('below')])
  const [list] = await house.db.read((r) => r.uploads.partLists(undefined, 10))
  const cid = parseCid(list!.cid)
  await house.leave(leaf('unwanted'))
  house.blocks.corrupt(cid.multihash.bytes)
  expect(await house.reclaim.run(signal)).toMatchObject({ blocked: 'damaged' })
  await house.lose({ cid, bytes: new Uint8Array() })
  expect(await house.reclaim.run(signal)).toMatchObject({ blocked: 'absent' })
  expect(await house.isHere(leaf('below'), leaf('unwanted'))).toEqual([true, true])
})

test('blocks that a partial DAG lacks stop nothing, and what others share with it is still looked at', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const [inner, absent] = [node(leaf('below')), node(leaf('absent'))]
  const middle = node(inner)
  const whole = node(middle)
  // One that is looked at before the other, which shares a node with it.
  const partial = Array.from({ length: 100 }, (_, i) => node(middle, absent, leaf(`${i}`))).find(({ cid }) => cid.toString() < whole.cid.toString())!
  await house.send(who, [partial], [partial, middle, inner, leaf('below')])
  await house.send(who, [whole], [whole])
  await house.leave(leaf('unwanted'))
  expect((await house.reclaim.run(signal)).blocked).toBeUndefined()
  expect(await house.isHere(inner, leaf('below'), leaf('unwanted'))).toEqual([true, true, false])
  await house.lose(inner)
  expect(await house.reclaim.run(signal)).toMatchObject({ blocked: 'absent' })
})

test('a failed request holds nothing, and its name stays until it is deleted', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const root = node(leaf('here'), leaf('absent'))
  const dag = root.cid.toString()
  await house.send(who, [leaf('other')], [root, leaf('here'), leaf('other')])
  const pin = await house.pins.add(who, { cid: dag })
  expect(pin.status).toBe('queued')
  await house.reclaim.run(signal)
  expect(await house.isHere(root, leaf('here'))).toEqual([true, true])
  const { failPins } = await import('./index.ts')
  await house.db.write((w) => failPins(w, dag, { reason: 'nobody has it' }, house.clock.time))
  expect(await house.db.read((r) => r.usage.of(who.account.id))).toMatchObject({ dags: 1 })
  expect(await house.reclaim.run(signal)).toMatchObject({ dags: 1, blocks: 2 })
  expect(await house.isHere(root, leaf('here'))).toEqual([false, false])
  expect(await house.pins.get(who, pin.id)).toMatchObject({ status: 'failed', reason: 'nobody has it' })
  expect(await house.reclaim.nextDue()).toBeUndefined()
  await house.pins.remove(who, pin.id)
  await house.reclaim.run(signal)
  expect(await house.db.read((r) => r.dags.get(dag))).toBeUndefined()
})

test('an aborted run takes nothing that it should not, and the next one finishes', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const upload = await house.send(who, [leaf('a')], [leaf('a')])
  await house.uploads.remove(who, upload.id)
  const stop = new AbortController()
  const running = house.reclaim.run(stop.signal)
  stop.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  expect(await house.reclaim.run(signal)).toMatchObject({ dags: 1, blocks: 1 })
})

test('what is let go as a run begins, and wanted again before it sweeps, stays', async () => {
  await using house = await openHouse()
  const [one, two] = [await house.member(), await house.member()]
  const root = node(leaf('a'))
  const upload = await house.send(one, [root], [root, leaf('a')])
  const { reclaim, damaged } = house.blocks
  // The first that a run asks after it gave up what was due, and the last before it sweeps.
  house.blocks.damaged = async (limit) => {
    await house.uploads.remove(one, upload.id)
    return damaged(limit)
  }
  house.blocks.reclaim = async () => {
    const run = await reclaim()
    return {
      ...run,
      async *sweep(options) {
        expect((await house.pins.add(two, { cid: root.cid.toString() })).status).toBe('pinned')
        yield* run.sweep(options)
      },
    }
  }
  await house.reclaim.run(signal)
  expect(await house.missing(root.cid.toString())).toEqual([])
  expect((await house.db.read((r) => r.dags.get(root.cid.toString())))?.state).toBe('complete')
})

test('what was given up is not told to be here before it was looked at', async () => {
  await using house = await openHouse()
  const [one, two] = [await house.member(), await house.member()]
  const root = node(leaf('a'))
  const upload = await house.send(one, [root], [root, leaf('a')])
  await house.uploads.remove(one, upload.id)
  const { reclaim } = house.blocks
  const statuses: string[] = []
  house.blocks.reclaim = async () => {
    const run = await reclaim()
    const ask = async () => statuses.push((await house.pins.add(two, { cid: root.cid.toString() })).status)
    return {
      ...run,
      async *sweep(options) {
        for await (const step of run.sweep(options)) {
          await ask()
          yield step
        }
      },
    }
  }
  await house.reclaim.run(signal)
  expect(statuses).toEqual(['queued'])
})

test('two runs at once: the second is refused', async () => {
  await using house = await openHouse()
  const first = house.reclaim.run(signal)
  await expect(house.reclaim.run(signal)).rejects.toMatchObject({ code: 'CONFLICT' })
  await first
})
