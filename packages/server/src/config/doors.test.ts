import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { readEnv } from './env.ts'

const doors = (THOLE_DOORS: string, more: Record<string, string> = {}) => parseConfig(readEnv({ THOLE_DOORS, ...more })).http.doors

test('each dialect has places of its own, and those that are added', () => {
  const own = { web3: { paths: ['/web3'], hosts: ['web3.localhost'], root: false }, nft: { paths: ['/nft'], hosts: ['nft.localhost'], root: false } }
  expect(doors('')).toEqual(own)
  expect(doors('web3=/w3/, API.example.org ; nft = root')).toEqual({ web3: { paths: ['/web3', '/w3'], hosts: ['web3.localhost', 'api.example.org'], root: false }, nft: { ...own.nft, root: true } })
  expect(doors('web3=/;nft=/')).toMatchObject({ web3: { root: true }, nft: { root: true } })
})

test.each(['web3', 'web3=', 'pinion=/x/', 'web3=/a b/', 'web3=https://api.example.org', 'web3=api.example.org:443', 'web3=/a//b', 'web3=/w3?x', 'web3=/x/;nft=/x', 'nft=web3.localhost', 'web3=/api/v1/', 'nft=/ipfs/', 'web3=/assets', 'web3=localhost'])('THOLE_DOORS=%s is refused', (text) => {
  expect(() => doors(text)).toThrow(/THOLE_DOORS (must be|has|gives)/)
})

test('no host is given away twice', () => {
  expect(() => doors('web3=site.example.org', { THOLE_DNSLINK_HOSTS: 'site.example.org' })).toThrow(/host of the gateway/)
})
