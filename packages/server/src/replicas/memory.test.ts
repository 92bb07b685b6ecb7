import { canonicalCid } from '@thole/dag'
import { memoryNodes } from './testing/memory-nodes.ts'
import { replicasContract } from './replicas.contract.ts'

// What other tests rely on keeps the promises too.
replicasContract('memory', async () => {
  const memory = memoryNodes()
  return {
    replicas: memory.replicas,
    pinned: async () => memory.nodes.map(({ roots }) => [...roots.keys()]),
    async elsewhere(root) {
      memory.fetchable.add(canonicalCid(root))
      return ['/memory']
    },
    pinByHand: async (root) => void memory.nodes[0]!.roots.set(canonicalCid(root), 'mine'),
    end: async () => void memory.setOut(true),
    async close() {},
  }
})
