import { carFrame, carHeader, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leaf, node } from '../domain/testing/blocks.ts'
import type { Copy, Replicas, ReplicaWish } from '../ports/replicas.ts'

/** A service with its nodes, started for one suite. */
export interface Subject {
  replicas: Replicas
  /** Roots that are pinned on each of its nodes. */
  pinned(): Promise<string[][]>
  /** Gives a DAG to a node that is none of its own; returns where that can be dialled. */
  elsewhere(root: CID, car: Uint8Array): Promise<string[]>
  /** Has one of its nodes pin a root, without us. */
  pinByHand(root: CID, car: Uint8Array): Promise<void>
  /** Stops what is asked, for good. */
  end(): Promise<void>
  close(): Promise<void>
}

const { signal } = new AbortController()

/** The promises of ports/replicas, to be kept by every driver against a real program. */
export function replicasContract(name: string, create: () => Promise<Subject>): void {
  describe(name, () => {
    let subject: Subject
    beforeAll(async () => {
      subject = await create()
    })
    afterAll(() => subject?.close())

    const tree = (seed: string) => {
      const leaves = Array.from({ length: 20 }, (_, i) => leaf(`${seed} ${i} ${'x'.repeat(5000)}`))
      const root = node(...leaves)
      return { root: root.cid, blocks: [root, ...leaves] }
    }
    const carOf = (root: CID, blocks: readonly Block[]) => Buffer.concat([carHeader([root]), ...blocks.flatMap((block) => carFrame(block))])
    const refuse = () => {
      throw new Error('nobody was to ask for the content')
    }
    const wish = (root: CID, change: Partial<ReplicaWish>): ReplicaWish => ({ root, patience: 20_000, addresses: [], content: refuse, signal, ...change })
    const confirmed = (copies: readonly Copy[] | undefined) => copies!.filter(({ state }) => state === 'confirmed').length
    const holders = async (root: CID) => (await subject.pinned()).filter((roots) => roots.includes(root.toString())).length
    const sent = (root: CID, blocks: readonly Block[]) => wish(root, { content: () => (async function* () { for (const piece of [carHeader([root]), ...blocks.flatMap((block) => carFrame(block))]) yield piece })() })

    it('has nodes fetch a DAG from where it is; asked again, it answers the same', async () => {
      const { root, blocks } = tree('fetched')
      const addresses = await subject.elsewhere(root, carOf(root, blocks))
      const { wanted } = subject.replicas.status()
      expect(confirmed(await subject.replicas.pin(wish(root, { addresses })))).toBe(wanted)
      expect(await holders(root)).toBe(wanted)
      expect(confirmed(await subject.replicas.pin(wish(root, { addresses })))).toBe(wanted)
      expect(await holders(root)).toBe(wanted)
    })

    it('sends a DAG to nodes that cannot fetch it', async () => {
      const { root, blocks } = tree('sent')
      const { wanted } = subject.replicas.status()
      expect(confirmed(await subject.replicas.pin(sent(root, blocks)))).toBe(wanted)
      expect(await holders(root)).toBe(wanted)
    })

    it('sends it where the addresses lead nowhere', async () => {
      const { root, blocks } = tree('nowhere')
      const addresses = ['/ip4/127.0.0.1/tcp/1/p2p/12D3KooWEZYTeMiF8GkExR1P2nrp4KsyXNVRrFBvmEBMxLCVWnWR']
      const copies = await subject.replicas.pin({ ...sent(root, blocks), addresses })
      expect(confirmed(copies)).toBe(subject.replicas.status().wanted)
    }, 40_000)

    it('tells who has what, in the order asked for', async () => {
      const [there, other] = [tree('there'), tree('not there')]
      await subject.replicas.pin(sent(there.root, there.blocks))
      const found = await subject.replicas.look([other.root, there.root, CID.parse('bafkqaaa')], signal)
      expect(found.map(confirmed)).toEqual([0, subject.replicas.status().wanted, 0])
      expect(await subject.replicas.look([], signal)).toEqual([])
    })

    it('takes it off all nodes; what they do not have is no fault', async () => {
      const { root, blocks } = tree('let go')
      await subject.replicas.pin(sent(root, blocks))
      await subject.replicas.unpin(root, signal)
      await expect.poll(() => holders(root), { timeout: 10_000 }).toBe(0)
      await subject.replicas.unpin(root, signal)
      await subject.replicas.unpin(tree('never there').root, signal)
    })

    it('counts a pin that others made there, and leaves it alone', async () => {
      const { root, blocks } = tree('by hand')
      await subject.pinByHand(root, carOf(root, blocks))
      await expect.poll(() => holders(root), { timeout: 10_000 }).toBe(1)
      const { wanted } = subject.replicas.status()
      expect(confirmed(await subject.replicas.pin(wanted === 1 ? wish(root, {}) : sent(root, blocks)))).toBe(wanted)
      await subject.replicas.unpin(root, signal)
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect(await holders(root)).toBe(wanted)
    })

    it('ends with its signal', async () => {
      const stop = new AbortController()
      const endless = wish(tree('endless').root, { signal: stop.signal, content: (within) => (async function* () { while (!within.aborted) yield await new Promise<Uint8Array>((resolve) => setTimeout(resolve, 20, new Uint8Array(0))) })() })
      const pinning = subject.replicas.pin(endless)
      setTimeout(() => stop.abort(), 200)
      await expect(pinning).rejects.toThrow(/abort/i)
      expect(subject.replicas.status().outage).toBeUndefined()
    })

    it('passes on why the content could not be read, which is no outage', async () => {
      const torn = wish(tree('torn').root, { content: () => (async function* () { yield Buffer.from('x'); throw new Error('torn') })() })
      await expect(subject.replicas.pin(torn)).rejects.toThrow('torn')
      expect(subject.replicas.status().outage).toBeUndefined()
    })

    it('says that it cannot be asked, never that nothing is there', async () => {
      await subject.end()
      const { root, blocks } = tree('out')
      for (let i = 0; i < 5; i++) {
        await expect(subject.replicas.look([root], signal)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
        await expect(subject.replicas.pin(sent(root, blocks))).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
        await expect(subject.replicas.unpin(root, signal)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
      }
      expect(subject.replicas.status().outage).toMatch(/cannot be reached/)
      expect(subject.replicas.status().outage).not.toMatch(/password/)
    })
  })
}
