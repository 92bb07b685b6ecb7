import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { canonicalCid } from '@thole/dag'
import { expect, test } from 'vitest'
import { leaf, node } from '../testing/blocks.ts'
import { openHouse } from './testing/house.ts'

const cidOf = ({ cid }: ReturnType<typeof leaf>) => canonicalCid(cid)

test('a store and a database that agree', async () => {
  await using house = await openHouse()
  expect(await house.check()).toEqual({ findings: [], found: 0, blocks: 0, segments: 0, dags: 0 })
  const leaves = Array.from({ length: 300 }, (_, i) => leaf(`leaf ${i}`))
  await house.upload(node(...leaves), [node(...leaves), ...leaves])
  for (const one of leaves) await house.upload(one, [one])
  await house.upload(node(leaf('absent'), leaves[0]!), [node(leaf('absent'), leaves[0]!)])
  expect(await house.check()).toEqual({ findings: [], found: 0, blocks: 302, segments: 0, dags: 302 })
})

test('a complete DAG that lost a block', async () => {
  await using house = await openHouse()
  const top = node(leaf('kept'), leaf('lost'))
  const dag = await house.upload(top, [leaf('kept'), leaf('lost'), top])
  await house.upload(leaf('other'), [leaf('other')])
  await house.lose(leaf('lost'))
  expect((await house.check()).findings).toEqual([`dag: DAG ${dag}: the row calls it complete, and 1 block of it is missing (first: ${cidOf(leaf('lost'))})`])
})

test('numbers of a row that are not those of the DAG', async () => {
  await using house = await openHouse()
  const top = node(leaf('four'))
  const dag = await house.upload(top, [top])
  await house.db.write((w) => w.dags.setComplete(dag, { bytes: 5, blocks: 1 }, 1))
  await house.upload(leaf('four'), [leaf('four')])
  expect((await house.check()).findings).toEqual([`dag: DAG ${dag}: the row says 1 block of 5 bytes, stored are 2 blocks of ${top.bytes.length + 4} bytes`])
})

test('a partial DAG: one that is all here, a wrong number, a block that is here after all', async () => {
  await using house = await openHouse()
  const [a, b] = [leaf('a'), leaf('b')]
  const [arrived, counted, listed] = [node(a), node(a, b), node(b, leaf('c'), a)]
  const dags = [await house.upload(arrived, [arrived]), await house.upload(counted, [counted]), await house.upload(listed, [listed])]
  expect((await house.check()).findings).toEqual([])
  await house.upload(a, [a])
  await house.db.write(async (w) => w.dags.setMissing(await w.dags.lock(dags[2]!, 1), [{ cid: cidOf(a), path: '2' }, { cid: cidOf(b), path: '0' }], 2))
  expect((await house.check()).findings.toSorted()).toEqual(
    [
      `dag: DAG ${dags[0]}: every block of it is here, and the row calls it partial`,
      `dag: DAG ${dags[1]}: the row says that 2 blocks of it are missing, and 1 is`,
      `dag: DAG ${dags[2]}: block ${cidOf(a)} is listed as missing, and is here`,
    ].toSorted(),
  )
})

test('the row of a partial DAG may lag behind, until it is settled or the server starts again', async () => {
  await using house = await openHouse()
  const dag = await house.upload(node(leaf('a')), [node(leaf('a'))])
  await house.upload(leaf('a'), [leaf('a')])
  expect((await house.check()).found).toBe(1)
  expect((await house.check(null)).found).toBe(0)
  const settle = () => house.db.write((w) => w.dags.setComplete(dag, { blocks: 2, bytes: node(leaf('a')).bytes.length + 1 }, 1))
  expect((await house.check(settle)).found).toBe(0)
})

test('holders and what accounts are charged for', async () => {
  await using house = await openHouse()
  const dag = await house.upload(leaf('a'), [leaf('a')])
  await house.db.write((w) => w.dags.hold(house.account, dag))
  expect((await house.check()).findings).toEqual([`dag: DAG ${dag}: the row counts 2 holders, and 0 pin requests and 1 upload hold it`])
})

test('a pin request that says pinned of a partial DAG', async () => {
  await using house = await openHouse()
  const dag = await house.upload(node(leaf('a')), [node(leaf('a'))])
  await house.db.write(async (w) => {
    const created = await w.accounts.nextStamp(house.account, 1)
    await w.pins.insert({ id: 'p', accountId: house.account, cid: dag, dag, origins: [], status: 'pinned', created, deadline: 9e12 })
    await w.dags.hold(house.account, dag)
  })
  expect((await house.check()).findings).toEqual([`dag: DAG ${dag}: 1 pin request of it is pinned, and the row calls it partial`])
})

test('rows that somebody has changed by hand', async () => {
  await using house = await openHouse()
  const [gone, charged] = [await house.upload(leaf('gone'), [leaf('gone')]), await house.upload(leaf('charged'), [leaf('charged')])]
  const hand = new DatabaseSync(join(house.folder, 'thole.sqlite'))
  hand.exec(`pragma foreign_keys = off; delete from dag where cid = '${gone}'; delete from account_dag where dag = '${gone}'; update account_dag set holds = 2`)
  hand.close()
  expect((await house.check()).findings).toEqual([
    `dag: DAG ${gone}: a pin request or an upload names it, and it has no row`,
    `dag: DAG ${charged}: the row counts 1 holder, and accounts are charged as if there were 2`,
    `account: account ${house.account}: it is charged for 2 DAGs of 2 blocks and 11 bytes, and holds 1 DAG of 1 block and 7 bytes`,
  ])
})

test('damage is told apart, with what repairs it', async () => {
  await using house = await openHouse()
  const top = node(leaf('good'), leaf('bad'))
  const dag = await house.upload(top, [leaf('good'), leaf('bad'), top])
  const bad = leaf('bad').cid.multihash.bytes
  house.blocks.corrupt(bad)
  await expect(house.blocks.get(bad)).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
  const { findings } = await house.check()
  expect(findings).toHaveLength(2)
  expect(findings[0]).toMatch(new RegExp(`^damage: block ${cidOf(leaf('bad'))} .* upload it again`))
  expect(findings[1]).toMatch(new RegExp(`^damage: DAG ${dag}: 1 block of it is damaged .* upload it again`))
})

test('what is mended between the two looks was not wrong', async () => {
  await using house = await openHouse()
  const top = node(leaf('a'))
  const dag = await house.upload(top, [top])
  await house.upload(leaf('a'), [leaf('a')])
  const { run } = (await import('./index.ts')).createCheck({ ...house, settle: async () => {} })
  const events = []
  for await (const event of run({ secondLookAfter: 100 })) {
    events.push(event)
    if ('progress' in event && event.progress.phase === 'dags' && event.progress.done === 2) setTimeout(() => void house.upload(top, [top]), 10)
  }
  expect((await house.db.read((r) => r.dags.get(dag)))?.state).toBe('complete')
  expect(events.filter((event) => 'finding' in event)).toEqual([])
})
