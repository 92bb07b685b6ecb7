/** Peer ids of the nodes that keep replicas, by what people call them. */
export const replicaNodes: readonly string[] = [`create table replica_node (node text primary key, peer_id text not null)`]
