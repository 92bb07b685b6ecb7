import { expect, test } from 'vitest'
import { negotiate } from './negotiate.ts'

test.each([
  ['', '', undefined, true],
  ['', '*/*', undefined, true],
  ['', 'text/html,application/xhtml+xml,*/*;q=0.8', undefined, true],
  ['', 'text/html;q=0.5, application/vnd.ipld.dag-json', 'dag-json', true],
  ['', 'application/vnd.ipld.raw', 'raw', false],
  ['', '*/*, application/vnd.ipld.raw', 'raw', true],
  ['', 'application/vnd.ipld.raw;q=0.5, application/vnd.ipld.car; version=1;q=0.9', 'car', false],
  ['', 'application/vnd.ipld.raw;q=0', undefined, true],
  ['', 'text/html, application/vnd.ipld.raw;q=0.5', undefined, true],
  ['', 'application/json, text/plain, */*', 'json', true],
  ['format=raw', 'application/vnd.ipld.car', 'raw', false],
])('query "%s", Accept "%s"', (query, accept, format, loose) => {
  expect(negotiate(new URLSearchParams(query), accept)).toMatchObject({ format, loose })
})

test.each([
  ['', 'text/html', true],
  ['', 'text/html,application/xhtml+xml,*/*;q=0.8', true],
  ['', 'Text/HTML;q=0.9, */*;q=0.8', true],
  ['', '*/*', false],
  ['', 'application/json, text/html;q=0.9', false],
  ['format=dag-json', 'text/html', false],
])('a page for people: query "%s", Accept "%s"', (query, accept, html) => {
  expect(negotiate(new URLSearchParams(query), accept).html).toBe(html)
})

test('what is not known is refused in the query, and passed over in Accept', () => {
  expect(() => negotiate(new URLSearchParams('format=zip'), '')).toThrow(/format is one of/)
  expect(negotiate(new URLSearchParams(), 'application/zip')).toMatchObject({ format: undefined, loose: true })
})
