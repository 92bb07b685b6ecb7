import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { readEnv } from './env.ts'
import { publicBootstrap } from './public-bootstrap.ts'

const network = (env: Record<string, string>) => parseConfig(readEnv(env)).network
const peer = '/ip4/192.0.2.1/tcp/4001/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN'

test('the DHT is found by the published peers, by others, or not used', () => {
  expect(network({ THOLE_NETWORK: 'public' })).toMatchObject({ bootstrap: publicBootstrap })
  expect(network({ THOLE_NETWORK: 'public', THOLE_BOOTSTRAP: `${peer}, ${peer}` })).toMatchObject({ bootstrap: [peer, peer] })
  for (const mode of ['public', 'local']) expect(network({ THOLE_NETWORK: mode, THOLE_BOOTSTRAP: 'none' })).toMatchObject({ bootstrap: [] })
  expect(network({})).toMatchObject({ bootstrap: [] })
})

test.each(['local', 'none'])('it is refused under %s', (mode) => {
  expect(() => network({ THOLE_NETWORK: mode, THOLE_BOOTSTRAP: peer })).toThrow(/THOLE_BOOTSTRAP/)
})

test.each(['nonsense', '/ip4/192.0.2.1/tcp/4001', 'https://example.org', `${peer} none`])('%s is refused', (text) => {
  expect(() => network({ THOLE_NETWORK: 'public', THOLE_BOOTSTRAP: text })).toThrow(/THOLE_BOOTSTRAP must be/)
})

test.each(['192.0.2.1:4001', '/ip4', 'https://example.org'])('to be announced at %s is refused', (text) => {
  expect(() => network({ THOLE_NETWORK: 'public', THOLE_ANNOUNCE: text })).toThrow(/THOLE_ANNOUNCE must be/)
})
