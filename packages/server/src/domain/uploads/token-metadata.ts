import { fault } from '../../kernel/faults.ts'

export type Metadata = Record<string, unknown>

/** Objects and lists within each other. */
const maxDepth = 64

/** A JSON object. Fault INVALID_REQUEST. */
export function parseMetadata(text: string): Metadata {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid('it is not JSON', { cause })
  }
  if (!isObject(value) || Array.isArray(value)) throw invalid('it must be a JSON object')
  demandDepth(value)
  return value as Metadata
}

/** Puts a value at keys and indexes joined by dots; objects come to be as the path names them. Fault INVALID_REQUEST. */
export function setIn(metadata: Metadata, path: string, value: unknown): void {
  const keys = path.split('.', maxDepth + 1)
  const last = keys.pop()!
  if (keys.length >= maxDepth || last === '') throw invalid(`"${path.slice(0, 200)}" is no place in it`)
  let place: object = metadata
  for (const key of keys) {
    const next: unknown = Object.hasOwn(place, key) ? place[key as keyof typeof place] : undefined
    place = isObject(next) ? next : put(place, key, {})
  }
  put(place, last, value)
}

/** As the property of that very name, whatever the name is. */
function put<T>(place: object, key: string, value: T): T {
  const isNext = !Array.isArray(place) || (/^\d{1,9}$/.test(key) && Number(key) <= place.length)
  if (!isNext) throw invalid(`a list has no place "${key.slice(0, 200)}"`)
  Object.defineProperty(place, key, { value, enumerable: true, configurable: true, writable: true })
  return value
}

/** What is written down later goes by the stack. */
function demandDepth(value: object): void {
  let level: object[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === maxDepth) throw invalid(`it may be ${maxDepth} levels deep`)
    level = level.flatMap((one) => Object.values(one).filter(isObject))
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function invalid(reason: string, options?: ErrorOptions) {
  return fault('INVALID_REQUEST', { reason: `the metadata cannot be used: ${reason}` }, options)
}
