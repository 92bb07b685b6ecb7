export { followJob, leaveReplicas, lookJob, mendJob, replicateJob } from './jobs.ts'
export { createReplication, type Replication, type ReplicationParts } from './replication.ts'
export { replicaWords } from './words.ts'
export { standsAlone, type Standing } from './standing.ts'
