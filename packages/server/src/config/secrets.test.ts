import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { readEnv } from './env.ts'

const parse = (env: Record<string, string>) => parseConfig(readEnv(env))

test('HSTS is for https alone', () => {
  expect(parse({ THOLE_PUBLIC_URL: 'https://pins.example.org' }).http.hsts).toBe(0)
  expect(parse({ THOLE_PUBLIC_URL: 'https://pins.example.org', THOLE_HSTS: '31536000' }).http.hsts).toBe(31_536_000)
  for (const url of ['', 'http://pins.example.org']) expect(() => parse({ THOLE_PUBLIC_URL: url, THOLE_HSTS: '60' })).toThrow(/THOLE_HSTS needs a THOLE_PUBLIC_URL with https/)
})

test('a secret is long enough not to be guessed', () => {
  expect(parse({}).people.secret).toBeUndefined()
  expect(parse({ THOLE_SECRET: 's'.repeat(32) }).people.secret).toBe('s'.repeat(32))
  expect(() => parse({ THOLE_SECRET: 's'.repeat(31) })).toThrow(/THOLE_SECRET must have 32 characters or more/)
})
