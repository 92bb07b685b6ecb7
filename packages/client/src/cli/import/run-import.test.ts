import { carFrame, carHeader, codecs, digest, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { TholeError } from '../../errors.ts'
import type { Item, Outcome, Source } from './item.ts'
import type { Entry, Journal } from './journal.ts'
import { runImport } from './run-import.ts'
import type { Target } from './target.ts'

const bytes = new Uint8Array(100).fill(7)
const block: Block = { cid: CID.createV1(codecs.raw, create(0x12, digest(0x12, bytes))), bytes }
const { signal } = new AbortController()
const full = new TholeError('STORAGE_FULL', 'The storage of this server is full.')

const items: Item[] = [
  { id: 'slow', label: 'slow', from: { wish: { cid: 'bafyslow' } } },
  { id: 'car', label: 'car', from: { car: () => car() } },
  { id: 'last', label: 'last', from: { wish: { cid: 'bafylast' } } },
  { id: 'behind', label: 'behind', from: { wish: { cid: 'bafybehind' } } },
]
const source: Source = { from: 'a test', async *items() { yield* items } }

async function* car(): AsyncGenerator<Uint8Array> {
  yield carHeader([block.cid])
  yield* carFrame(block)
}

function openJournal(): Journal {
  const known = new Map<string, Entry>()
  return {
    file: '',
    get: (id) => known.get(id) ?? {},
    note: async (id, entry) => void known.set(id, { ...known.get(id), ...entry }),
    [Symbol.asyncDispose]: async () => {},
  }
}

test('what ends the whole ends the waits for what the server fetches, while an upload gets its answer', async () => {
  const { promise: waiting, resolve: waits } = Promise.withResolvers<void>()
  const { promise: stopped, resolve: stops } = Promise.withResolvers<void>()
  const wished: string[] = []
  const removed: string[] = []
  let fetched = 0
  const target: Partial<Target> = {
    async pin({ cid }) {
      wished.push(cid)
      if (cid !== 'bafylast') return { id: cid, cid, status: cid === 'bafyslow' ? 'pinning' : 'pinned' }
      await waiting
      throw full
    },
    // It always moves, so no patience would end.
    async request(id, itsSignal) {
      itsSignal.addEventListener('abort', () => stops())
      waits()
      return { id, cid: id, status: 'pinning', fetch: { blocks: 1, bytes: ++fetched, tries: 0 } }
    },
    async send(_root, blocks, itsSignal) {
      await Array.fromAsync(blocks)
      await stopped
      itsSignal.throwIfAborted()
      return 'an upload'
    },
    removeUpload: async (id) => void removed.push(id),
  }
  const outcomes: Outcome[] = []
  await expect(runImport(source, { target: target as Target, journal: openJournal(), gateways: [], patience: 60_000, atOnce: 3, signal, onOutcome: (outcome) => void outcomes.push(outcome) })).rejects.toBe(full)
  expect(outcomes).toEqual([{ id: 'car', cid: block.cid.toString(), name: undefined, outcome: 'pinned' }])
  expect(removed).toEqual(['an upload'])
  expect(wished).not.toContain('bafybehind')
})
