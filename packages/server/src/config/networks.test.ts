import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { readEnv } from './env.ts'

const proxies = (text: string) => parseConfig(readEnv({ THOLE_TRUSTED_PROXIES: text })).limits.proxies

test('addresses and networks of both families', () => {
  const list = proxies('127.0.0.1, 10.0.0.0/8 fd00::/8')
  expect([list.check('127.0.0.1'), list.check('127.0.0.2'), list.check('10.200.0.1'), list.check('fd12::1', 'ipv6')]).toEqual([true, false, true, true])
  expect(proxies('').check('127.0.0.1')).toBe(false)
})

test.each(['999.1.1.1', 'proxy.example.org', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/x', '::/129'])('%s is refused', (text) => {
  expect(() => proxies(text)).toThrow(/THOLE_TRUSTED_PROXIES must be/)
})
