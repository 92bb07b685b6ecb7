import type { Api } from './api.ts'
import type { Content } from './model.ts'

export interface Known {
  /** CIDs that have to be here. */
  acknowledged: ReadonlySet<string>
  /** CIDs that may be here. */
  sent: ReadonlySet<string>
}

/**
 * What a DAG without all of its blocks may say of itself: nothing is missing that was acknowledged, and what was never sent and hangs
 * below an acknowledged block is missing. Where everything may be here, it may as well be complete.
 */
export async function matchesPartial(api: Api, content: Content, known: Known): Promise<string | undefined> {
  const { status, body } = await api.json(`/api/v1/dags/${content.root}`)
  const told = `/api/v1/dags/${content.root}: ${status} ${JSON.stringify(body)}`
  if (status !== 200) return told
  const problem = body.state === 'complete' ? completeProblem(content, known) : missingProblem(content, known, body)
  return problem && `${told.slice(0, 1000)}; ${problem}`
}

function completeProblem({ sizes }: Content, { sent }: Known): string | undefined {
  const never = [...sizes.keys()].find((cid) => !sent.has(cid))
  return never && `complete, though ${never} was never sent`
}

function missingProblem(content: Content, known: Known, { missing, missingCount }: { missing: { cid: string }[]; missingCount: number }): string | undefined {
  // Of what is not here at all nothing is named until somebody looked.
  if (missing.length === 0 && missingCount === 0 && !known.acknowledged.has(content.root)) return undefined
  const { least, most } = frontier(content, known)
  const wrong = missing.find(({ cid }) => !most.has(cid))
  if (wrong) return `${wrong.cid} is said to be missing, but ${known.acknowledged.has(wrong.cid) ? 'was acknowledged' : 'is not next to what is here'}`
  const named = new Set(missing.map(({ cid }) => cid))
  const unnamed = [...least].find((cid) => !named.has(cid))
  if (unnamed && missingCount <= missing.length) return `${unnamed} is missing and not named`
  if (missingCount < least.size || missingCount > most.size) return `${missingCount} missing, but it must be ${least.size} to ${most.size}`
  return undefined
}

/** The blocks to be missing, at least and at most: what is not here while a block that links to it is. */
function frontier({ root, links, sizes }: Content, { acknowledged, sent }: Known): { least: Set<string>; most: Set<string> } {
  const walk = (isHere: (cid: string) => boolean, isMissing: (cid: string) => boolean) => {
    const found = new Set<string>()
    const seen = new Set([root])
    const todo = [root]
    for (let cid = todo.pop(); cid !== undefined; cid = todo.pop()) {
      if (isMissing(cid)) found.add(cid)
      const next = isHere(cid) ? (links.get(cid) ?? []).filter((link) => sizes.has(link) && !seen.has(link)) : []
      for (const link of next) seen.add(link)
      todo.push(...next)
    }
    return found
  }
  return {
    least: walk((cid) => acknowledged.has(cid), (cid) => !sent.has(cid)),
    most: walk((cid) => sent.has(cid), (cid) => !acknowledged.has(cid)),
  }
}
