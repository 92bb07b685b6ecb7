import { afterAll, beforeAll, describe } from 'vitest'
import type { Db } from '../ports/db/index.ts'
import { accountContract } from './contract/accounts.ts'
import { dagContract } from './contract/dags.ts'
import { jobContract } from './contract/jobs.ts'
import { pinContract } from './contract/pins.ts'
import { transactionContract } from './contract/transactions.ts'
import { uploadContract } from './contract/uploads.ts'

/** One database for a suite. */
export interface Place {
  /** Opens another instance on the same database, as another process would. */
  open(): Promise<Db>
  /** Called when every instance is closed. */
  remove(): Promise<void>
}

/** What a contract's tests run against. The instances of a suite share one database, so that tests use rows of their own. */
export interface Subject {
  db(): Db
  /** A second instance on the same database. */
  other(): Db
  /** A further one, to be closed by the test. */
  open(): Promise<Db>
}

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
    dagContract(subject)
    uploadContract(subject)
    pinContract(subject)
    jobContract(subject)
  })
}
