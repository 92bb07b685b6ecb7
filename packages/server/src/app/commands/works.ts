import type { Config } from '../../config/config.ts'
import type { Dags } from '../../domain/dags/index.ts'
import { createReclaim } from '../../domain/reclaim/index.ts'
import { createScrubber } from '../../domain/scrub/index.ts'
import type { Log } from '../../ports/log.ts'
import type { Network } from '../../ports/network.ts'
import { systemClock as clock } from '../clock.ts'
import type { Work } from '../control/report.ts'
import type { Store } from '../store.ts'
import { backupWork, type BackupWish } from './backup.ts'
import { checkWork } from './check.ts'
import { doctorWork } from './doctor.ts'
import { exportWork } from './export.ts'
import { reclaimWork } from './reclaim.ts'
import { scrubWork } from './scrub.ts'
import { statsWork } from './stats.ts'

export type WorkName = 'backup' | 'doctor' | 'export' | 'store check' | 'store stats' | 'store scrub' | 'store reclaim'

export interface WorkParts extends Pick<Store, 'db' | 'blocks'> {
  config: Config
  log: Log
  /** Of a running server, which does as a job what else a work does itself. */
  dags?: Dags
  network?: Network
}

/** What `tholed` does with an open store, be it the running server's or its own. */
export function storeWorks({ db, blocks, config, log, dags, network }: WorkParts): Record<WorkName, Work> {
  const parts = { db, blocks, clock, log }
  return {
    backup: (signal, wish) => backupWork({ db, blocks, config }, JSON.parse(wish) as BackupWish, signal),
    doctor: () => doctorWork({ config, db, blocks, network: network?.status() }),
    export: (signal, folder) => exportWork(parts, folder, signal),
    'store check': (signal) => checkWork({ db, blocks, settle: dags?.settle }, signal),
    'store stats': () => statsWork(parts),
    'store scrub': (signal) => scrubWork({ blocks, scrubber: createScrubber({ ...parts, ...config.scrub }), hasQueue: dags !== undefined }, signal),
    'store reclaim': (signal) => reclaimWork(createReclaim({ ...parts, grace: config.reclaimGrace }), signal),
  }
}
