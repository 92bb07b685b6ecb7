import { describe, expect, it } from 'vitest'
import { cidOf, newAccount } from './rows.ts'
import type { Subject } from './subject.ts'

export function announcementContract(subject: Subject): void {
  /** Far apart from those of other tests, and of each other. */
  let start = 5e12
  const later = () => (start += 1e9)

  async function newDag({ complete = true, held = true } = {}): Promise<string> {
    const cid = cidOf(crypto.randomUUID())
    const { id } = await newAccount(subject.db())
    await subject.db().write(async (w) => {
      await w.dags.lock(cid, 1)
      if (complete) await w.dags.setComplete(cid, { bytes: 1, blocks: 1 }, 1)
      if (held) await w.dags.hold(id, cid)
    })
    return cid
  }
  const add = (dags: string[], due: number) => subject.db().write((w) => w.announcements.add(dags, due))
  const due = async (at: number, mine: string[]) => (await subject.db().read((r) => r.announcements.due(at, 100))).filter(({ dag }) => mine.includes(dag))

  describe('announcements', () => {
    it('are due the longest waiting first, and say whether the DAG is wanted', async () => {
      const at = later()
      const [a, b, c, partial] = [await newDag(), await newDag({ held: false }), await newDag(), await newDag({ complete: false })]
      await add([a, partial], at + 2)
      await add([b], at + 1)
      await add([c], at + 10)
      await add([a, b], at) // nothing new
      expect(await due(at, [a, b, c])).toEqual([])
      expect(await due(at + 5, [a, b, c, partial])).toEqual([
        { dag: b, due: at + 1, tries: 0, wanted: false },
        { dag: a, due: at + 2, tries: 0, wanted: true },
      ])
      await subject.db().write(async (w) => {
        for (const dag of [a, b, c]) await w.announcements.remove(dag)
      })
      expect(await due(at + 10, [a, b, c])).toEqual([])
    })

    it('remember when they were made, and what went wrong', async () => {
      const at = later()
      const dag = await newDag()
      await add([dag], at)
      await subject.db().write((w) => w.announcements.failed(dag, 'nobody', at + 1))
      await subject.db().write((w) => w.announcements.failed(dag, 'still nobody', at + 2))
      const failing = async () => (await subject.db().read((r) => r.announcements.failing(100))).filter((one) => one.dag === dag)
      expect(await failing()).toEqual([{ dag, due: at + 2, tries: 2, error: 'still nobody' }])
      await subject.db().write((w) => w.announcements.told(dag, at + 3, at + 9))
      expect(await failing()).toEqual([])
      expect(await due(at + 9, [dag])).toEqual([{ dag, due: at + 9, announced: at + 3, tries: 0, wanted: true }])
      await subject.db().write((w) => w.announcements.remove(dag))
    })

    it('are counted up to a limit, and go with their DAG', async () => {
      const dags = [await newDag({ held: false }), await newDag({ held: false }), await newDag({ held: false })]
      const backlog = (limit: number) => subject.db().read((r) => r.announcements.backlog(-1e9, limit))
      await add(dags, -1e9)
      expect(await backlog(2)).toEqual({ due: 2, first: -1e9 })
      expect(await backlog(10)).toEqual({ due: 3, first: -1e9 })
      await subject.db().write(async (w) => {
        await w.dags.giveUp(dags, 1e15)
        await w.dags.forget(dags, 1e15)
      })
      expect((await backlog(10)).due).toBe(0)
    })
  })
}
