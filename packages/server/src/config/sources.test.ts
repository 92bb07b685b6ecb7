import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { readEnv } from './env.ts'

const network = (env: Record<string, string>) => parseConfig(readEnv({ THOLE_DATA: '/data', ...env })).network

test('gateways are URLs, asked wherever there is a network; by default there are none', () => {
  expect(network({})).toMatchObject({ gateways: [], routers: [] })
  const gateways = ['http://127.0.0.1:8080', 'https://me:secret@gateway.example.org/ipfs-gateway']
  for (const mode of ['local', 'public']) {
    expect(network({ THOLE_NETWORK: mode, THOLE_HTTP_GATEWAYS: `${gateways.join('/, ')} ${gateways[0]}` })).toMatchObject({ gateways })
  }
  expect(() => network({ THOLE_NETWORK: 'none', THOLE_HTTP_GATEWAYS: gateways[0]! })).toThrow(/THOLE_HTTP_GATEWAYS contradicts THOLE_NETWORK=none/)
})

test('routers are URLs, asked under public alone', () => {
  const url = 'https://router.example.org'
  expect(network({ THOLE_NETWORK: 'public', THOLE_ROUTERS: `${url}/` })).toMatchObject({ routers: [url] })
  for (const mode of ['local', 'none']) expect(() => network({ THOLE_NETWORK: mode, THOLE_ROUTERS: url })).toThrow(/THOLE_ROUTERS needs THOLE_NETWORK=public/)
})

test.each(['gateway.example.org', 'ftp://example.org', '/dns4/example.org/tcp/443/https', 'https://example.org/?token=x', 'http://', 'https://a.example,b'])('%s is refused', (text) => {
  for (const name of ['THOLE_HTTP_GATEWAYS', 'THOLE_ROUTERS']) {
    expect(() => network({ THOLE_NETWORK: 'public', [name]: text })).toThrow(new RegExp(`${name} must be http or https URLs`))
  }
})
