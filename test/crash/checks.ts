import { eachOf, Gone, settled, type Api } from './api.ts'
import { matchesCar, matchesContent, matchesDescription } from './content-check.ts'
import { isHeld, isSure, type Content, type Holder, type Model } from './model.ts'
import { matchesPartial } from './partial-check.ts'
import type { Random } from './random.ts'
import { readListing, settle } from './settle.ts'

export interface Checked {
  /** Roots that were looked at. */
  roots: number
  problems: string[]
  /** What was right at last, and took its time. */
  slow: string[]
}

const atOnce = 6
const older = 50
/** Milliseconds that a server has to come to terms with what happened before its start. */
const patienceMs = 15_000

/** After a restart: everything that the last round touched, some that is older, or all there is. */
export async function check(api: Api, model: Model, { round, all, r }: { round: number; all: boolean; r: Random }): Promise<Checked> {
  const problems = settle(model, await readListing(api))
  const slow: string[] = []
  const contents = [...model.contents.values()]
  const fresh = contents.filter(({ touched }) => all || touched >= round)
  const rest = r.shuffled(contents.filter(({ touched }) => !all && touched < round)).slice(0, older)
  const look: Look = { api, model, acknowledged: model.acknowledgedBlocks(), until: performance.now() + patienceMs, slow: (what, ms) => void slow.push(`${what} took ${(ms / 1000).toFixed(1)} s`) }
  const roots = [...fresh, ...rest]
  await eachOf(roots, atOnce, async (content) => {
    const problem = await checkContent(look, content).catch(broken)
    if (problem) problems.push(problem)
  })
  problems.push(...(await checkPins(look)))
  model.forgetOld(round)
  return { roots: roots.length, problems, slow }
}

interface Look {
  api: Api
  model: Model
  /** CIDs that have to be here. */
  acknowledged: ReadonlySet<string>
  /** Of `performance.now()`: what is not right by then is wrong. */
  until: number
  slow(what: string, ms: number): void
}

const isWell = (problem: string | undefined) => problem === undefined

async function checkContent(look: Look, content: Content): Promise<string | undefined> {
  const { api, acknowledged, model, until, slow } = look
  if (isSure(content)) {
    // A DAG that came in parts may be found complete a little later than the last of them was acknowledged.
    const description = await settled(() => matchesDescription(api, content), { isRight: isWell, until, onSlow: (ms) => slow('a DAG to be complete', ms) })
    return description ?? (await matchesContent(api, content)) ?? (content.recipe.kind === 'file' ? undefined : await matchesCar(api, content))
  }
  if (!isHeld(content)) return checkGone(look, content)
  return settled(() => matchesPartial(api, content, { acknowledged, sent: model.sent }), { isRight: isWell, until, onSlow: (ms) => slow('what is missing to be right', ms) })
}

/** What nobody holds is not served, unless its first block is a block of something that is held. */
async function checkGone({ api, model, acknowledged, until, slow }: Look, { root }: Content): Promise<string | undefined> {
  const described = await api.json(`/api/v1/dags/${root}`)
  if (described.status !== 404) return `${root} was deleted; /api/v1/dags says ${described.status} ${JSON.stringify(described.body)}`
  if (acknowledged.has(root) || model.stray.has(root)) return undefined
  // Of what goes while it is read, the answer breaks off: it is not gone yet, and soon will be.
  const ask = () => api.bytes(`/ipfs/${root}`).then(({ status }) => String(status), broken)
  const served = await settled(ask, { isRight: (status) => status === '404', until, onSlow: (ms) => slow('what was deleted to go', ms) })
  return served === '404' ? undefined : `${root} was deleted and nobody holds it; /ipfs/${root}: ${served}`
}

/** Which answer broke off, and why. */
function broken(error: unknown): string {
  if (error instanceof Gone) return error.message
  throw error
}

/** Whoever waits for what is here is told so within seconds. */
async function checkPins({ api, model, until, slow }: Look): Promise<string[]> {
  const waiting = model.live().filter((holder) => isSure(holder.content) && (holder.is === 'pin' ? !holder.pinned : holder.pin))
  const idOf = (holder: Holder) => (holder.is === 'pin' ? holder.id : holder.pinId)!
  const statuses = await settled(
    async () => new Map((await readListing(api)).pins.map(({ id, status }) => [id, status])),
    { isRight: (found) => waiting.every((holder) => found.get(idOf(holder)) === 'pinned'), until, onSlow: (ms) => slow('pin requests to be pinned', ms) },
  )
  const lagging: string[] = []
  for (const holder of waiting) {
    const status = statuses.get(idOf(holder))
    if (status !== 'pinned') lagging.push(`pin request ${holder.name} of the complete ${holder.content.root} is ${status}`)
    else if (holder.is === 'pin') holder.pinned = true
  }
  return lagging
}
