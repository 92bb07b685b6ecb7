import { fault } from '../../kernel/faults.ts'
import { maxDepth } from './token-metadata.ts'

export interface PlaceLimits {
  /** Files of one token; default 1,000. */
  maxFiles?: number
  /** Characters of all places and file names together; default 256 Ki. */
  maxText?: number
  /** Objects and values that the places name, each once; default 10,000. */
  maxNodes?: number
}

interface Step extends Map<string, Step> {}

/**
 * Where the files of a token belong, told one by one, each before its bytes are read. No place lies in another's, in whichever order
 * they come: the later file would take the earlier one away. `take` gives the keys and indexes. Faults TOO_LARGE, INVALID_REQUEST.
 */
export function tokenPlaces({ maxFiles = 1000, maxText = 256 * 1024, maxNodes = 10_000 }: PlaceLimits = {}): { take(place: string, name: string): string[] } {
  const top: Step = new Map()
  let [files, text, nodes] = [0, 0, 0]

  return {
    take(place, name) {
      if (++files > maxFiles) throw tooLarge(`${maxFiles} files`, maxFiles)
      text += place.length + name.length
      if (text > maxText) throw tooLarge(`${maxText} characters of places and file names`, maxText)
      const keys = keysOf(place)
      let step = top
      let isNew = false
      for (const key of keys) {
        // Where nothing goes on, a file is.
        if (step !== top && step.size === 0 && !isNew) throw taken(place)
        const next = step.get(key)
        isNew = next === undefined
        if (isNew && ++nodes > maxNodes) throw tooLarge(`places of ${maxNodes} keys`, maxNodes)
        step = next ?? grow(step, key)
      }
      if (!isNew) throw taken(place)
      return keys
    },
  }
}

function keysOf(place: string): string[] {
  const keys = place.split('.', maxDepth + 1)
  if (keys.length > maxDepth || keys.at(-1) === '') throw invalid(`"${short(place)}" is no place in the metadata`)
  // The root says `nft` there, and its link to the file would be lost.
  if (keys[0] === 'type') throw invalid('"type" of a token is "nft", and no place for a file')
  return keys
}

function grow(step: Step, key: string): Step {
  const next: Step = new Map()
  step.set(key, next)
  return next
}

function taken(place: string) {
  return invalid(`the place "${short(place)}" and that of another file are the same, or one lies in the other`)
}

function tooLarge(most: string, limit: number) {
  return fault('TOO_LARGE', { reason: `a token may have ${most}`, limit })
}

function invalid(reason: string) {
  return fault('INVALID_REQUEST', { reason })
}

function short(place: string): string {
  return place.slice(0, 200)
}
