import { canonicalCid, readCar } from '@thole/dag'
import { fault } from '../../kernel/faults.ts'
import type { Copy, Replicas, ReplicaWish } from '../../ports/replicas.ts'

/** Nodes in memory, to test what uses replicas: they can be out, one by one or all together. They keep the names of pins alone. */
export function memoryNodes({ wanted = 2, size = 3 } = {}) {
  const nodes = Array.from({ length: size }, (_, i) => ({ name: `node-${i}`, isOut: false, /** DAG → name of its pin. */ roots: new Map<string, string>() }))
  const fetchable = new Set<string>()
  let isOut = false
  let isRefusing = false
  let calls = 0
  let gate = Promise.resolve()

  async function reach<T>(answer: () => T): Promise<T> {
    calls++
    await gate
    if (isOut) throw fault('UPSTREAM_FAILED', { reason: 'they are out', outage: true })
    if (isRefusing) throw fault('UPSTREAM_FAILED', { reason: 'no', refusal: true })
    return answer()
  }

  const copies = (dag: string): Copy[] => nodes.filter(({ roots }) => roots.has(dag)).map(({ name, isOut: isNodeOut }) => ({ node: name, state: isNodeOut ? 'unreachable' : 'confirmed' }))
  const confirmed = (dag: string) => copies(dag).filter(({ state }) => state === 'confirmed').length

  async function receive({ root, content, signal }: ReplicaWish): Promise<void> {
    const { roots, blocks } = await readCar(content(signal), { signal })
    for await (const _ of blocks) signal.throwIfAborted()
    if (roots[0] === undefined || canonicalCid(roots[0]) !== canonicalCid(root)) throw new Error('another CAR came')
  }

  const replicas: Replicas = {
    async pin(wish) {
      const dag = canonicalCid(wish.root)
      if (!isOut && confirmed(dag) < wanted && !(wish.addresses.length > 0 && fetchable.has(dag))) {
        await receive(wish).catch((error: unknown) => {
          wish.signal.throwIfAborted()
          throw error
        })
      }
      return reach(() => {
        for (const node of nodes) if (!node.isOut && !node.roots.has(dag) && confirmed(dag) < wanted) node.roots.set(dag, nameOf(dag))
        return copies(dag)
      })
    },
    unpin: (root) =>
      reach(() => {
        const dag = canonicalCid(root)
        if (nameOf(dag) === ours) nodes.forEach(({ roots }) => roots.delete(dag))
      }),
    look: (roots) => reach(() => roots.map((root) => copies(canonicalCid(root)))),
    status: () => ({ driver: 'cluster', address: 'memory', wanted, outage: isOut ? 'they cannot be reached' : undefined }),
    async close() {},
  }

  const nameOf = (dag: string) => nodes.map(({ roots }) => roots.get(dag)).find((name) => name !== undefined) ?? ours

  return {
    replicas,
    nodes,
    /** What they can fetch where there are addresses. */
    fetchable,
    /** Nodes that have it. */
    holders: (dag: string) => nodes.filter((node) => node.roots.has(dag)).map(({ name }) => name),
    calls: () => calls,
    setOut: (out: boolean) => (isOut = out),
    setRefusing: (refusing: boolean) => (isRefusing = refusing),
    /** Holds every call back until what it returns is called. */
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return resolve
    },
  }
}

const ours = 'thole'
