import type { Writer } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import { accessQueries } from './access.ts'
import { accountQueries } from './accounts.ts'
import { announcementQueries } from './announcements.ts'
import { auditQueries } from './audit.ts'
import { dagQueries } from './dags.ts'
import { damageQueries } from './damage.ts'
import { eventQueries } from './events.ts'
import { fetchQueries } from './fetches.ts'
import { instanceQueries } from './instance.ts'
import { loadQueries } from './load.ts'
import { jobQueries } from './jobs.ts'
import { keyQueries } from './keys.ts'
import { identityQueries } from './identities.ts'
import { loginTokenQueries } from './login-tokens.ts'
import { memberQueries } from './members.ts'
import { membershipQueries } from './memberships.ts'
import { movingQueries } from './moving.ts'
import { nameQueries } from './names.ts'
import { passkeyQueries } from './passkeys.ts'
import { pinQueries } from './pins.ts'
import { planQueries } from './plans.ts'
import { quotaQueries } from './quotas.ts'
import { relianceQueries } from './reliance.ts'
import { replicaQueries } from './replicas.ts'
import { reportQueries } from './reports.ts'
import { rootQueries } from './roots.ts'
import { segmentQueries } from './segments.ts'
import { tryQueries } from './tries.ts'
import { trafficQueries } from './traffic.ts'
import { uploadQueries } from './uploads.ts'
import { usageQueries } from './usage.ts'

const rooms: { [Room in keyof Writer]: (session: Session) => Writer[Room] } = {
  accounts: accountQueries,
  members: memberQueries,
  memberships: membershipQueries,
  identities: identityQueries,
  passkeys: passkeyQueries,
  loginTokens: loginTokenQueries,
  tries: tryQueries,
  keys: keyQueries,
  access: accessQueries,
  load: loadQueries,
  dags: dagQueries,
  uploads: uploadQueries,
  roots: rootQueries,
  usage: usageQueries,
  plans: planQueries,
  quotas: quotaQueries,
  traffic: trafficQueries,
  pins: pinQueries,
  jobs: jobQueries,
  instance: instanceQueries,
  damage: damageQueries,
  fetches: fetchQueries,
  segments: segmentQueries,
  reliance: relianceQueries,
  announcements: announcementQueries,
  names: nameQueries,
  replicas: replicaQueries,
  reports: reportQueries,
  audit: auditQueries,
  events: eventQueries,
  moving: movingQueries,
}

/** Every named query, to be run in one session. Most sessions enter few of the rooms: each is made ready at its door. */
export function queriesIn(session: Session): Writer {
  const ready: Record<string, unknown> = {}
  return new Proxy({} as Writer, { get: (_, room: keyof Writer) => (ready[room] ??= rooms[room]?.(session)) })
}
