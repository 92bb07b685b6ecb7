export { clusterReplicas, type ClusterOptions } from './cluster/cluster.ts'
export { kuboReplicas, type KuboOptions } from './kubo/kubo.ts'
