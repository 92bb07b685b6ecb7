import { expect, test } from 'vitest'
import { readListQuery } from './list-query.ts'

const read = (query: string) => readListQuery(new URLSearchParams(query))
const cid = 'bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve'

test('rows 13, 17, 22: nothing given: the ten newest that are pinned', () => {
  expect(read('')).toEqual({ limit: 10, filter: { statuses: ['pinned'] } })
  expect(read('name=&status=&cid=&limit=&before=')).toEqual({ limit: 10, filter: { statuses: ['pinned'] } })
})

test('row 18: lists are split after decoding, and may be repeated', () => {
  expect(read('status=queued%2Cfailed&status=pinning').filter.statuses).toEqual(['queued', 'failed', 'pinning'])
  expect(read(`cid=${cid},${cid}`).filter.dags).toEqual([cid])
})

test('row 19: a CID filter goes by what the CID means, not by how it is written', () => {
  expect(read('cid=QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n').filter.dags).toEqual(['bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'])
})

test('row 15: times: trimmed zeros, offsets, a plus that became a space; what is finer than a millisecond is not passed over', () => {
  const at = Date.parse('2025-01-02T03:04:05.600Z')
  expect(read('before=2025-01-02T03:04:05.6Z').filter.before).toBe(at)
  expect(read('before=2025-01-02T04:04:05.6+01:00').filter.before).toBe(at)
  expect(read('after=2025-01-02T03:04:05.600999Z').filter.after).toBe(at)
  expect(read('before=2025-01-02T03:04:05.600999Z').filter.before).toBe(at + 1)
  expect(() => read('before=2025-02-29T03:04:05Z')).toThrow(/RFC 3339/)
  expect(() => read('after=1735787045')).toThrow(/RFC 3339/)
})

test('row 23: meta as JSON and as generated clients send it', () => {
  expect(read('meta=%7B%22a%22%3A%22b%22%7D').filter.meta).toEqual({ a: 'b' })
  expect(read('meta[a]=b&meta[c]=d').filter.meta).toEqual({ a: 'b', c: 'd' })
  expect(() => read('meta=map[a:b]')).toThrow(/JSON/)
  expect(() => read('meta={"a":1}')).toThrow(/string values/)
  expect(read('meta=%7B%22__proto__%22%3A%22b%22%7D').filter.meta).toEqual(JSON.parse('{"__proto__":"b"}'))
})

test.each(['meta[]=a', 'meta[a=b', 'meta[a][b]=c', 'meta=[]', 'meta=null', 'meta="a"', 'meta[a]=b&meta[a]=c', 'meta={}&meta={"a":"b"}'])('row 23: %s is refused', (query) => {
  expect(() => read(query)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
})

test.each(['limit=1&limit=2', 'name=a&name=b', `before=2025-01-02T03:04:05Z&before=2025-01-02T03:04:06Z`])('what has one value has not two: %s', (query) => {
  expect(() => read(query)).toThrow(/more than once/)
})
