import { type Selectable, sql } from 'kysely'
import type { DagReplicas, ReplicaReads, ReplicaWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'

export function replicaQueries({ q }: Session): ReplicaReads & ReplicaWrites {
  const rows = q.selectFrom('dag_replica')
  const due = rows.where('next_look', 'is not', null).orderBy('next_look')

  return {
    async get(dag) {
      const row = await rows.selectAll().where('dag', '=', dag).executeTakeFirst()
      return row && copiesIn(row)
    },

    async ofDags(dags) {
      const found = new Map<string, DagReplicas>()
      for (const slice of slices([...new Set(dags)])) {
        for (const row of await rows.selectAll().where('dag', 'in', slice).execute()) found.set(row.dag, copiesIn(row)!)
      }
      return found
    },

    list: async (after, limit) => (await rows.select('dag').where('dag', '>', after).orderBy('dag').limit(limit).execute()).map(({ dag }) => dag),

    due: async (now, limit) => (await due.select('dag').where('next_look', '<=', now).limit(limit).execute()).map(({ dag }) => dag),

    async pending(limit) {
      // Literals, as in the partial index: SQLite uses it for no bound value.
      const pending = rows.select('dag').where(sql<boolean>`state in ('waiting', 'leaving')`).orderBy('since').limit(limit)
      return (await pending.execute()).map(({ dag }) => dag)
    },

    nextDue: async () => (await due.select('next_look').limit(1).executeTakeFirst())?.next_look ?? undefined,

    peerIds: async () => new Map((await q.selectFrom('replica_node').selectAll().execute()).map(({ node, peer_id }) => [node, peer_id])),

    async setPeerId(node, peerId) {
      await q.insertInto('replica_node').values({ node, peer_id: peerId }).onConflict((c) => c.column('node').doUpdateSet({ peer_id: peerId })).execute()
    },

    async set(dag, { state, nodes, wanted, reason = null, nextLook = null }, now) {
      const row = { state, nodes: JSON.stringify(nodes), wanted, reason, next_look: nextLook }
      const since = sql<number>`case when dag_replica.state = excluded.state then dag_replica.since else excluded.since end`
      await q.insertInto('dag_replica').values({ dag, since: now, ...row }).onConflict((c) => c.column('dag').doUpdateSet({ ...row, since })).execute()
    },

    async putOff(dags, nextLook) {
      for (const slice of slices(dags)) await q.updateTable('dag_replica').set({ next_look: nextLook }).where('dag', 'in', slice).where('next_look', 'is not', null).execute()
    },

    async leave(dag, now) {
      const change = { state: 'leaving', since: now, reason: null, next_look: null } as const
      return (await q.updateTable('dag_replica').set(change).where('dag', '=', dag).executeTakeFirstOrThrow()).numUpdatedRows > 0n
    },

    async remove(dag, state) {
      const row = q.deleteFrom('dag_replica').where('dag', '=', dag)
      await (state === undefined ? row : row.where('state', '=', state)).execute()
    },
  }
}

/** For queries that join these rows to others. */
export const copyColumns = ['dag_replica.state', 'nodes', 'wanted', 'dag_replica.reason', 'since'] as const

type Columns = Pick<Selectable<Tables['dag_replica']>, 'state' | 'nodes' | 'wanted' | 'reason' | 'since'>
type CopyColumns = { [Name in keyof Columns]: Columns[Name] | null }

/** Where the row joined to is there. */
export function copiesIn({ state, nodes, wanted, reason, since }: CopyColumns): DagReplicas | undefined {
  if (state === null || nodes === null || wanted === null || since === null) return undefined
  return { state, nodes: JSON.parse(nodes) as string[], wanted, reason: reason ?? undefined, since }
}
