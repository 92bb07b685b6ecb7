import { fault } from '../../kernel/faults.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, MovedPartList } from '../../ports/db/index.ts'
import type { Piece } from '../../ports/export-files.ts'
import { demand, type Principal } from '../access/index.ts'
import type { Moderation } from '../moderation/index.ts'
import { accountFiles } from './account-files.ts'
import { openBlockWalk } from './block-walk.ts'
import { carFiles, type MovedDag } from './car-files.ts'
import { withManifest } from './manifest.ts'
import { asTar } from './tar.ts'

export interface AccountExportsParts {
  db: Db
  blocks: BlockStore
  moderation: Pick<Moderation, 'isBlocked'>
  clock: Clock
  /** Who writes it, in words. */
  by: string
  /** Exports under way at once, of all accounts; default 4. An account has one. */
  maxAtOnce?: number
}

export interface AccountExports {
  /**
   * All that an account has, as a TAR: its uploads, pin requests and keys (without what opens doors) as lines of JSON, its DAGs as CARs, a manifest.
   * What is blocked stays here. Needs the scope `account`; fault RATE_LIMITED.
   */
  open(principal: Principal, signal: AbortSignal): AsyncIterable<Uint8Array>
}

/** Of one file, which is kept in memory until it is whole; a block may be 2 MiB. */
const maxFileBytes = 16 << 20
/** 16 to 32 bytes of memory each. */
const maxKnown = 1 << 20
const slice = 500
/** Seconds until it is worth while to ask again. */
const again = 60

export function createAccountExports({ db, blocks, moderation, clock, by, maxAtOnce = 4 }: AccountExportsParts): AccountExports {
  const underWay = new Set<string>()

  async function* tarOf({ account }: Principal, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (underWay.has(account.id) || underWay.size >= maxAtOnce) throw fault('RATE_LIMITED', { seconds: again })
    underWay.add(account.id)
    try {
      const made = new Date(clock.now()).toISOString()
      const facts = { made, by, schema: await db.read((r) => r.moving.schema()) }
      yield* asTar(withManifest(filesOf(account.id, signal), facts), `thole-${made.slice(0, 10)}`)
    } finally {
      underWay.delete(account.id)
    }
  }

  async function* filesOf(accountId: string, signal: AbortSignal): AsyncGenerator<Piece> {
    yield* accountFiles(db, accountId, { maxBytes: maxFileBytes, signal })
    const walk = openBlockWalk({ blocks, isBlocked: (cid) => moderation.isBlocked(cid), signal, maxKnown })
    yield* carFiles(dagsOf(accountId, true), { walk, folder: 'dags', isWhole: true, maxBytes: maxFileBytes })
    yield* carFiles(partsOf(accountId), { walk, folder: 'partial', isWhole: false, maxBytes: maxFileBytes })
  }

  async function* dagsOf(accountId: string, isWhole: boolean): AsyncGenerator<MovedDag> {
    for (let after = ''; ; ) {
      const held = await db.read((r) => r.audit.holdings(accountId, after, slice))
      // Of what is not complete nobody knows the size.
      for (const { dag, bytes } of held) if ((bytes !== null) === isWhole) yield { cid: dag, bytes: bytes ?? undefined }
      if (held.length < slice) return
      after = held.at(-1)!.dag
    }
  }

  async function* partsOf(accountId: string): AsyncGenerator<MovedDag> {
    yield* dagsOf(accountId, false)
    for (let after: MovedPartList | undefined; ; ) {
      const some: MovedPartList[] = await db.read((r) => r.moving.partLists(accountId, after, slice))
      for (const { cid } of some) yield { cid }
      if (some.length < slice) return
      after = some.at(-1)
    }
  }

  return {
    open(principal, signal) {
      demand(principal, 'account')
      return tarOf(principal, signal)
    },
  }
}
