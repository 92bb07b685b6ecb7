import { monitorEventLoopDelay } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { canonicalCid } from '@thole/dag'
import { leaf, openHouse, signal } from './testing/house.ts'

test('scratch', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const many = Array.from({ length: 5000 }, (_, i) => canonicalCid(leaf(`r${i}`).cid))
  await house.db.write(async (w) => {
    for (const dag of many) { await w.dags.lock(dag, 1); await w.dags.hold(who.account.id, dag); await w.dags.setMissing(dag, [{ cid: dag, path: '' }], 1) }
  })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const run = async (name: string, f: () => Promise<unknown>) => {
    await new Promise((r) => setTimeout(r, 20))
    let max = 0, last = performance.now(), on = true
    const tick = () => { const n = performance.now(); max = Math.max(max, n - last); last = n; if (on) setImmediate(tick) }
    setImmediate(tick)
    const t = performance.now()
    await f()
    const t1 = performance.now()
    await new Promise((r) => setTimeout(r, 20))
    on = false
    console.log(name, 'took', Math.round(t1 - t), 'max', Math.round(max))
  }
  await run('settlePartials', () => house.dags.settlePartials(signal))
  await run('settlePartials', () => house.dags.settlePartials(signal))
  await run('retire', async () => { house.clock.time += 2e9; await house.schedule.turn('regular', signal) })
  await house.db.write(async (w) => { for (const dag of many) await w.dags.release(who.account.id, dag, 1, house.clock.now()) })
  await run('reclaim', () => house.reclaim.run(signal))
})
