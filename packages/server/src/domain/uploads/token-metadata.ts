import { fault } from '../../kernel/faults.ts'

export type Metadata = Record<string, unknown>

/** Objects and lists within each other. */
export const maxDepth = 64

/** Objects, lists and values together: as many as take a few milliseconds to write down. */
const maxValues = 10_000

/** A JSON object. Faults INVALID_REQUEST, TOO_LARGE. */
export function parseMetadata(text: string): Metadata {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid('it is not JSON', { cause })
  }
  if (!isObject(value) || Array.isArray(value)) throw invalid('it must be a JSON object')
  demandValues(value)
  return value as Metadata
}

/** Puts a value at keys and indexes; objects come to be as they name them. Fault INVALID_REQUEST. */
export function setIn(metadata: Metadata, keys: readonly string[], value: unknown): void {
  let place: object = metadata
  for (const key of keys.slice(0, -1)) {
    const next: unknown = Object.hasOwn(place, key) ? place[key as keyof typeof place] : undefined
    place = isObject(next) ? next : put(place, key, {})
  }
  put(place, keys.at(-1)!, value)
}

/** As the property of that very name, whatever the name is. */
function put<T>(place: object, key: string, value: T): T {
  const isNext = !Array.isArray(place) || (/^(0|[1-9]\d{0,8})$/.test(key) && Number(key) <= place.length)
  if (!isNext) throw invalid(`a list has no place "${key.slice(0, 200)}"`)
  Object.defineProperty(place, key, { value, enumerable: true, configurable: true, writable: true })
  return value
}

/** What is written down later goes by the stack, and has neither infinity nor an object that would pass for a CID. */
function demandValues(value: object): void {
  let level: object[] = [value]
  let values = 0
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === maxDepth) throw invalid(`it may be ${maxDepth} levels deep`)
    const inner: object[] = []
    for (const one of level) {
      if ('/' in one && 'bytes' in one && one['/'] === one.bytes) throw invalid('"/" and "bytes" of an object may not be the same')
      for (const next of Object.values(one)) {
        if (++values > maxValues) throw fault('TOO_LARGE', { reason: `the metadata of a token may have ${maxValues} values`, limit: maxValues })
        if (isObject(next)) inner.push(next)
        else if (typeof next === 'number' && !Number.isFinite(next)) throw invalid('a number in it is too large')
      }
    }
    level = inner
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function invalid(reason: string, options?: ErrorOptions) {
  return fault('INVALID_REQUEST', { reason: `the metadata cannot be used: ${reason}` }, options)
}
