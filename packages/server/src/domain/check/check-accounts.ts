import { setImmediate as nextTurn } from 'node:timers/promises'
import { count } from '../../kernel/words.ts'
import type { Db, Usage } from '../../ports/db/index.ts'
import type { Finding } from './findings.ts'

type Charged = Usage & { accountId: string }

const page = 500
/** Counts of one account, while others change it. */
const maxCounts = 5

/** What accounts are charged for, against the DAGs that they hold. */
export async function* checkAccounts(db: Db, signal: AbortSignal): AsyncGenerator<Finding> {
  for (let after = ''; ; ) {
    const accounts = await db.read((r) => r.audit.accounts(after, page))
    for (const charged of accounts) {
      const words = await compare(db, charged, signal)
      if (words !== undefined) yield { kind: 'account', words: `account ${charged.accountId}: ${words}` }
    }
    if (accounts.length < page) return
    after = accounts.at(-1)!.accountId
  }
}

/** Counts until what is charged is the same before and after: it changes with whatever is counted. */
async function compare(db: Db, charged: Charged, signal: AbortSignal): Promise<string | undefined> {
  let before: Usage = charged
  let last: string | undefined
  for (let counts = 0; counts < maxCounts; counts++) {
    const held = inWords(await countHoldings(db, charged.accountId, signal))
    const after = await db.read((r) => r.usage.of(charged.accountId))
    if (inWords(after) === held) return undefined
    // Twice the same: what came and went between two pages does not do so again.
    const finding = `it is charged for ${inWords(after)}, and holds ${held}`
    if (finding === last && inWords(before) === inWords(after)) return finding
    before = after
    last = finding
  }
  return undefined
}

async function countHoldings(db: Db, accountId: string, signal: AbortSignal): Promise<Usage> {
  const held: Usage = { bytes: 0, blocks: 0, dags: 0 }
  for (let after = ''; ; ) {
    const dags = await db.read((r) => r.audit.holdings(accountId, after, page))
    for (const { bytes, blocks } of dags) {
      held.bytes += bytes ?? 0
      held.blocks += blocks ?? 0
      held.dags++
    }
    await nextTurn()
    signal.throwIfAborted()
    if (dags.length < page) return held
    after = dags.at(-1)!.dag
  }
}

function inWords({ bytes, blocks, dags }: Usage): string {
  return `${count(dags, 'DAG')} of ${count(blocks, 'block')} and ${count(bytes, 'byte')}`
}
