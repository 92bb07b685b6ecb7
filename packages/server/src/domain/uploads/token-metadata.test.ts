import { expect, test } from 'vitest'
import { parseMetadata, setIn } from './token-metadata.ts'

const invalid = expect.objectContaining({ code: 'INVALID_REQUEST' })

test('files take their place in objects and lists; what lies between comes to be', () => {
  const data = parseMetadata('{"name":"n","properties":{"src":[null,null]}}')
  setIn(data, ['image'], 'a')
  setIn(data, ['properties', 'src', '1'], 'b')
  setIn(data, ['properties', 'deep', 'er'], 'c')
  expect(data).toEqual({ name: 'n', image: 'a', properties: { src: [null, 'b'], deep: { er: 'c' } } })
})

test('a value in the way gives way', () => {
  const data = parseMetadata('{"image":"text"}')
  setIn(data, ['image', 'large'], 'a')
  expect(data).toEqual({ image: { large: 'a' } })
})

test('names of the language are names like others', () => {
  const data = parseMetadata('{"constructor":1}')
  setIn(data, ['__proto__', 'polluted'], 'a')
  setIn(data, ['constructor', 'prototype'], 'b')
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  expect(JSON.stringify(data)).toBe('{"constructor":{"prototype":"b"},"__proto__":{"polluted":"a"}}')
})

test.each(['-1', '00', '01', 'length', '2', '999999999'])('no place in a list: %s', (key) => {
  const data = parseMetadata('{"list":[1]}')
  expect(() => setIn(data, ['list', key], 'x')).toThrow(invalid)
})

test.each(['', 'null', '[]', '"text"', '1', '{', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`, `${'['.repeat(100_000)}`, '{"a":1e400}', '{"a":[{"b":-1e400}]}', '{"a":{"/":"x","bytes":"x"}}'])('no metadata', (text) => {
  expect(() => parseMetadata(text)).toThrow(invalid)
})

test('more values than are worth the wait', () => {
  const many = (count: number) => JSON.stringify({ list: Array.from({ length: count - 1 }, (_, i) => i) })
  expect(parseMetadata(many(10_000)).list).toHaveLength(9999)
  expect(() => parseMetadata(many(10_001))).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }))
})
