import { first } from './0001-first.ts'
import { signIn } from './0002-sign-in.ts'
import { segments } from './0003-segments.ts'
import { holding } from './0004-holding.ts'
import { damage } from './0005-damage.ts'
import { pinLists } from './0006-pin-lists.ts'
import { fetches } from './0007-fetches.ts'
import { replicas } from './0008-replicas.ts'
import { announcements } from './0009-announcements.ts'
import { names } from './0010-names.ts'
import { visits } from './0011-visits.ts'
import { reports } from './0012-reports.ts'
import { uploadTold } from './0013-upload-told.ts'
import { accountRoots } from './0014-account-roots.ts'
import { replicaNodes } from './0015-replica-nodes.ts'
import { leanPins } from './0016-lean-pins.ts'
import { people } from './0017-people.ts'
import { access } from './0018-access.ts'
import { plans } from './0019-plans.ts'
import { events } from './0020-events.ts'
import { deadJobs } from './0021-dead-jobs.ts'
import { keyMakers } from './0022-key-makers.ts'
import { brought } from './0023-brought.ts'
import type { Statement } from './statement.ts'

/** In the order in which they are applied. One that was released is never changed. */
export const migrations: readonly { name: string; statements: readonly Statement[] }[] = [
  { name: '0001-first', statements: first },
  { name: '0002-sign-in', statements: signIn },
  { name: '0003-segments', statements: segments },
  { name: '0004-holding', statements: holding },
  { name: '0005-damage', statements: damage },
  { name: '0006-pin-lists', statements: pinLists },
  { name: '0007-fetches', statements: fetches },
  { name: '0008-replicas', statements: replicas },
  { name: '0009-announcements', statements: announcements },
  { name: '0011-visits', statements: visits },
  { name: '0012-reports', statements: reports },
  { name: '0010-names', statements: names },
  { name: '0013-upload-told', statements: uploadTold },
  { name: '0014-account-roots', statements: accountRoots },
  { name: '0015-replica-nodes', statements: replicaNodes },
  { name: '0016-lean-pins', statements: leanPins },
  { name: '0017-people', statements: people },
  { name: '0018-access', statements: access },
  { name: '0019-plans', statements: plans },
  { name: '0020-events', statements: events },
  { name: '0021-dead-jobs', statements: deadJobs },
  { name: '0022-key-makers', statements: keyMakers },
  { name: '0023-brought', statements: brought },
]
