import type { Writer } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import { accountQueries } from './accounts.ts'
import { dagQueries } from './dags.ts'
import { instanceQueries } from './instance.ts'
import { jobQueries } from './jobs.ts'
import { keyQueries } from './keys.ts'
import { memberQueries } from './members.ts'
import { pinQueries } from './pins.ts'
import { uploadQueries } from './uploads.ts'

/** Every named query, to be run in one session. */
export function queriesIn(session: Session): Writer {
  return {
    accounts: accountQueries(session),
    members: memberQueries(session),
    keys: keyQueries(session),
    dags: dagQueries(session),
    uploads: uploadQueries(session),
    pins: pinQueries(session),
    jobs: jobQueries(session),
    instance: instanceQueries(session),
  }
}
