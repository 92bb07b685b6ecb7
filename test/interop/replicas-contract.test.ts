import { describe } from 'vitest'
import type { CID } from 'multiformats/cid'
import { replicasContract } from '../../packages/server/src/replicas/replicas.contract.ts'
import { clusterReplicas, kuboReplicas } from '../../packages/server/src/replicas/index.ts'
import { noCluster, startCluster } from '../support/cluster.ts'
import { noKubo, startKubo, type Kubo } from '../support/kubo.ts'

describe.skipIf(noKubo)(`replicas on a real Kubo${noKubo ? ` (${noKubo})` : ''}`, () => {
  replicasContract('kubo', async () => {
    const [kubo, other] = await Promise.all([startKubo(), startKubo()])
    const replicas = kuboReplicas({ url: kubo.api, stall: 1_000 })
    let isOver = false
    const end = async () => {
      if (!isOver) await kubo.stop()
      isOver = true
    }
    return {
      replicas,
      pinned: async () => [await pinsOf(kubo)],
      elsewhere: give(other),
      async pinByHand(root, car) {
        await kubo.ipfs(['dag', 'import', '--pin-roots=false'], car)
        await kubo.line(['pin', 'add', '--name=mine', root.toString()])
      },
      end,
      async close() {
        await replicas.close()
        await end()
        await other.stop()
      },
    }
  })
})

describe.skipIf(noCluster)(`replicas on a real IPFS Cluster${noCluster ? ` (${noCluster})` : ''}`, () => {
  replicasContract('cluster', async () => {
    const user = 'thole:a password: with care'
    const [cluster, other] = await Promise.all([startCluster({ user }), startKubo()])
    const peer = cluster.peers[0]!
    const replicas = clusterReplicas({ url: peer.api, credentials: { user: 'thole', password: 'a password: with care' }, wanted: 2 })
    return {
      replicas,
      pinned: () => Promise.all(cluster.peers.map(({ kubo }) => pinsOf(kubo))),
      elsewhere: give(other),
      async pinByHand(root, car) {
        // It is the cluster that chooses.
        for (const { kubo } of cluster.peers) await kubo.ipfs(['dag', 'import', '--pin-roots=false'], car)
        const authorization = `Basic ${Buffer.from(user).toString('base64')}`
        const answer = await fetch(`${peer.api}/pins/${root}?name=mine&replication=1`, { method: 'POST', headers: { authorization } })
        if (!answer.ok) throw new Error(await answer.text())
      },
      end: () => peer.kill(),
      async close() {
        await replicas.close()
        await cluster.stop()
        await other.stop()
      },
    }
  })
})

async function pinsOf(kubo: Kubo): Promise<string[]> {
  return (await kubo.line(['pin', 'ls', '--type=recursive', '--quiet'])).split('\n').filter(Boolean)
}

function give(other: Kubo) {
  return async (_root: CID, car: Uint8Array): Promise<string[]> => {
    await other.ipfs(['dag', 'import', '--pin-roots=false'], car)
    return other.addresses
  }
}
