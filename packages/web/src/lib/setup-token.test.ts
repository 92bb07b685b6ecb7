import { expect, it } from 'vitest'
import { readSetupToken } from './setup-token.ts'

it.each([
  ['http://127.0.0.1:3000/setup#token=a-b_c', 'a-b_c'],
  ['http://127.0.0.1:3000/setup?x=1&token=abc#top', 'abc'],
  ['  abc ', 'abc'],
  ['', ''],
])('%s holds %s', (text, token) => {
  expect(readSetupToken(text)).toBe(token)
})
