import { afterAll, beforeAll, describe } from 'vitest'
import type { Db } from '../ports/db/index.ts'
import type { Place, Subject } from './contract/subject.ts'
import { accessContract } from './contract/access.ts'
import { accountContract } from './contract/accounts.ts'
import { announcementContract } from './contract/announcements.ts'
import { auditContract } from './contract/audit.ts'
import { dagContract } from './contract/dags.ts'
import { fetchContract } from './contract/fetches.ts'
import { damageContract } from './contract/damage.ts'
import { eventContract } from './contract/events.ts'
import { holdingContract } from './contract/holding.ts'
import { jobContract } from './contract/jobs.ts'
import { loadContract } from './contract/load.ts'
import { nameContract } from './contract/names.ts'
import { peopleContract } from './contract/people.ts'
import { pinListContract } from './contract/pin-lists.ts'
import { pinContract } from './contract/pins.ts'
import { planContract } from './contract/plans.ts'
import { quotaContract } from './contract/quotas.ts'
import { relianceContract } from './contract/reliance.ts'
import { replicaContract } from './contract/replicas.ts'
import { reportContract } from './contract/reports.ts'
import { rootContract } from './contract/roots.ts'
import { segmentContract } from './contract/segments.ts'
import { trafficContract } from './contract/traffic.ts'
import { transactionContract } from './contract/transactions.ts'
import { uploadContract } from './contract/uploads.ts'

/** The promises of ports/db, to be kept by every driver. */
export function dbContract(name: string, create: () => Promise<Place>): void {
  describe(name, () => {
    let place: Place
    let instances: Db[] = []
    const subject: Subject = { db: () => instances[0]!, other: () => instances[1]!, open: () => place.open() }
    beforeAll(async () => {
      place = await create()
      instances = [await place.open(), await place.open()]
      await instances[0]!.migrate()
    })
    afterAll(async () => {
      for (const db of instances) await db.close()
      await place?.remove()
    })
    transactionContract(subject, create)
    accountContract(subject)
    peopleContract(subject)
    accessContract(subject)
    dagContract(subject)
    auditContract(subject)
    holdingContract(subject)
    planContract(subject)
    quotaContract(subject)
    trafficContract(subject)
    uploadContract(subject)
    rootContract(subject)
    pinContract(subject)
    pinListContract(subject)
    jobContract(subject)
    loadContract(subject)
    damageContract(subject)
    fetchContract(subject)
    eventContract(subject)
    replicaContract(subject)
    reportContract(subject)
    segmentContract(subject)
    relianceContract(subject, create)
    announcementContract(subject)
    nameContract(subject)
  })
}
