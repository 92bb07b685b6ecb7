import { fault } from '../../kernel/faults.ts'
import { written } from '../../kernel/written.ts'
import type { Clock } from '../../ports/clock.ts'
import type { AbuseReport, Db, ReportKind } from '../../ports/db/index.ts'
import { demand, type Principal } from '../access/index.ts'

/** What strangers tell of content that should not be here. */
export interface Reports {
  /** Keeps it for the admins. Faults INVALID_REQUEST, CONFLICT where there are too many that nobody has looked at. */
  file(report: NewReport): Promise<void>
  /** Oldest first; `after` is the id of one that is still there. Needs the scope `admin`. */
  list(principal: Principal, page: { limit: number; after?: string }): Promise<{ count: number; reports: AbuseReport[] }>
  /** Fault NOT_FOUND. Needs the scope `admin`. */
  remove(principal: Principal, id: string): Promise<void>
}

/** As it was written. */
export interface NewReport {
  path: string
  kind: string
  words: string
  contact?: string
}

export interface ReportsParts {
  db: Db
  clock: Clock
  /** Reports that are kept until an admin removes them. Default 1,000. */
  maxKept?: number
}

/** Characters. */
export const reportLimits = { path: 2_048, words: 4_000, contact: 254 } as const

const kinds: readonly ReportKind[] = ['illegal', 'copyright', 'malware', 'other']

export function createReports({ db, clock, maxKept = 1_000 }: ReportsParts): Reports {
  return {
    async file({ kind, ...given }) {
      const known = kinds.find((one) => one === kind)
      if (known === undefined) throw fault('INVALID_REQUEST', { reason: `the kind is one of ${kinds.join(', ')}` })
      const path = text(given.path, 'path')
      if (path === '') throw fault('INVALID_REQUEST', { reason: 'say which content it is about' })
      const report: AbuseReport = { id: crypto.randomUUID(), path, kind: known, words: text(given.words, 'words'), contact: text(given.contact ?? '', 'contact') || undefined, created: clock.now() }
      await db.write(async (w) => {
        if ((await w.reports.count()) >= maxKept) throw fault('CONFLICT', { reason: 'too many reports wait to be read' })
        await w.reports.insert(report)
      })
    },

    async list(principal, { limit, after: id }) {
      demand(principal, 'admin')
      return db.read(async (r) => {
        const after = id === undefined ? undefined : await r.reports.get(id)
        return { count: await r.reports.count(), reports: await r.reports.list(limit, after) }
      })
    },

    async remove(principal, id) {
      demand(principal, 'admin')
      if (!(await db.write((w) => w.reports.remove(id)))) throw fault('NOT_FOUND', { what: 'report of that id' })
    },
  }
}

function text(given: string, field: keyof typeof reportLimits): string {
  return written(given, field, reportLimits[field])
}
