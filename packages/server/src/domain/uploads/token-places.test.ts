import { expect, test } from 'vitest'
import { tokenPlaces, type PlaceLimits } from './token-places.ts'

const invalid = expect.objectContaining({ code: 'INVALID_REQUEST' })
const tooLarge = expect.objectContaining({ code: 'TOO_LARGE' })
const takeAll = (all: readonly string[], limits?: PlaceLimits) => {
  const places = tokenPlaces(limits)
  return all.map((place) => places.take(place, 'f'))
}

test('places beside each other are keys and indexes', () => {
  expect(takeAll(['image', 'imagery', 'p.0', 'p.1', 'p.deep.er', '__proto__.x', 'x.bytes'])).toEqual([['image'], ['imagery'], ['p', '0'], ['p', '1'], ['p', 'deep', 'er'], ['__proto__', 'x'], ['x', 'bytes']])
})

test.each(['image', 'image.foo', 'image.foo.bar', 'image.bytes', 'image.multihash', 'image.code', 'image./', 'image.asCID', 'image.__proto__'])('image and %s do not go together', (other) => {
  expect(() => takeAll(['image', other])).toThrow(invalid)
  expect(() => takeAll([other, 'image'])).toThrow(invalid)
  expect(() => takeAll([`a.b.${other}`, 'a.c', 'a.b.image'])).toThrow(invalid)
})

test.each(['', 'a.', '.', 'type', 'type.x', `${'a.'.repeat(64)}a`])('no place: %s', (place) => {
  expect(() => takeAll([place])).toThrow(invalid)
})

test('files, text and keys have their limits', () => {
  expect(takeAll(['a', 'b'], { maxFiles: 2, maxText: 4, maxNodes: 2 })).toHaveLength(2)
  expect(() => takeAll(['a', 'b'], { maxFiles: 1 })).toThrow(tooLarge)
  expect(() => takeAll(['a', 'b'], { maxText: 3 })).toThrow(tooLarge)
  expect(takeAll(['a.b', 'a.c'], { maxNodes: 3 })).toHaveLength(2)
  expect(() => takeAll(['a.b', 'a.c.d'], { maxNodes: 3 })).toThrow(tooLarge)
  const steps = '.a'.repeat(60)
  expect(() => takeAll(Array.from({ length: 200 }, (_, i) => `${i}${steps}.z`))).toThrow(tooLarge)
})
