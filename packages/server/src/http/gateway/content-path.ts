import { fault } from '../../kernel/faults.ts'

/**
 * Names between the slashes, decoded; empty ones fall away. A slash inside of a name stays part of it. Faults
 * INVALID_REQUEST for a broken escape and for dot segments, which clients have resolved already (WHATWG URL).
 */
export function decodePath(rest: string): string[] {
  return rest
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      const name = decodeSegment(segment)
      if (name === '.' || name === '..') throw fault('INVALID_REQUEST', { reason: 'the path has dot segments' })
      return name
    })
}

/** Each name after a slash, percent-encoded; never begins with two slashes, so it is safe as a Location. */
export function encodePath(names: readonly string[]): string {
  return names.map((name) => `/${encodeURIComponent(name)}`).join('')
}

export function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw fault('INVALID_REQUEST', { reason: 'the path has a broken percent escape' }, { cause })
  }
}
