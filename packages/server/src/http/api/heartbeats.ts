/** Milliseconds between two signs of life; proxies end what is silent for a minute. */
const everyMs = 15_000
/** Milliseconds for which a check holds: what happens is told in bursts. */
const checkedMs = 100
/** Milliseconds after which a browser connects again; spread, so that not all come at once after a restart. */
const retryMs = () => Math.round(1_000 + Math.random() * 4_000)

/**
 * What is told, as server-sent events (html.spec.whatwg.org §9.2), with a `beat` now and then, so that silence means a lost connection. Before
 * anything is told `check` is called: the stream ends where it throws.
 */
export async function* withHeartbeats<T>(told: AsyncIterable<T>, messageOf: (one: T) => string, check: () => Promise<void>): AsyncGenerator<Uint8Array> {
  yield bytes(`retry: ${retryMs()}\n\n`)
  const each = told[Symbol.asyncIterator]()
  let due = performance.now() + everyMs
  let checked = 0
  const isGood = async () => {
    if (performance.now() - checked < checkedMs) return true
    const good = await check().then(() => true, () => false)
    checked = performance.now()
    return good
  }
  for (let next = each.next(); ; ) {
    const one = await within(next, due - performance.now())
    if (one === undefined) {
      if (!(await isGood())) return
      due = performance.now() + everyMs
      yield bytes('event: beat\ndata: {}\n\n')
      continue
    }
    if (one.done || !(await isGood())) return
    yield bytes(messageOf(one.value))
    next = each.next()
  }
}

/** Undefined where it takes longer, and where there is no time left. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  if (ms <= 0) return undefined
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)))
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

const encoder = new TextEncoder()
const bytes = (text: string) => encoder.encode(text)
