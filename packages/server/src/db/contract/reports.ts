import { describe, expect, it } from 'vitest'
import type { AbuseReport } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'

export function reportContract(subject: Subject): void {
  describe('reports of abuse', () => {
    it('are listed oldest first, page by page, until they are removed', async () => {
      const db = subject.db()
      const reports: AbuseReport[] = [3, 1, 2, 2].map((created, i) => ({ id: `report ${i}`, path: '/ipfs/x', kind: 'malware', words: 'w', created, ...(i > 1 && { contact: 'c' }) }))
      await db.write(async (w) => {
        for (const report of reports) await w.reports.insert(report)
      })
      const [third, first, second, other] = reports as [AbuseReport, AbuseReport, AbuseReport, AbuseReport]
      expect(await db.read((r) => r.reports.list(2))).toEqual([first, second])
      expect(await db.read((r) => r.reports.list(5, second))).toEqual([other, third])
      expect(await db.read((r) => r.reports.get(first.id))).toEqual(first)
      expect(await db.write((w) => w.reports.remove(first.id))).toBe(true)
      expect(await db.write((w) => w.reports.remove(first.id))).toBe(false)
      expect(await db.read((r) => r.reports.get(first.id))).toBeUndefined()
      expect(await db.read((r) => r.reports.count())).toBe(3)
    })
  })
}
