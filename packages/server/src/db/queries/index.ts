import type { Writer } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import { accountQueries } from './accounts.ts'
import { auditQueries } from './audit.ts'
import { dagQueries } from './dags.ts'
import { damageQueries } from './damage.ts'
import { instanceQueries } from './instance.ts'
import { jobQueries } from './jobs.ts'
import { keyQueries } from './keys.ts'
import { memberQueries } from './members.ts'
import { pinQueries } from './pins.ts'
import { relianceQueries } from './reliance.ts'
import { segmentQueries } from './segments.ts'
import { uploadQueries } from './uploads.ts'
import { usageQueries } from './usage.ts'

/** Every named query, to be run in one session. */
export function queriesIn(session: Session): Writer {
  return {
    accounts: accountQueries(session),
    members: memberQueries(session),
    keys: keyQueries(session),
    dags: dagQueries(session),
    uploads: uploadQueries(session),
    usage: usageQueries(session),
    pins: pinQueries(session),
    jobs: jobQueries(session),
    instance: instanceQueries(session),
    damage: damageQueries(session),
    segments: segmentQueries(session),
    reliance: relianceQueries(session),
    audit: auditQueries(session),
  }
}
