import type { IncomingMessage } from 'node:http'
import { BlockList } from 'node:net'
import { expect, test } from 'vitest'
import { isOwnAddress, readTarget } from './target.ts'

const proxies = new BlockList()
proxies.addAddress('10.0.0.1')
const asked = (url: string, headers: Record<string, string> = {}, socket: object = { remoteAddress: '::ffff:192.0.2.1' }) => readTarget({ url, headers: { host: 'a.example', ...headers }, socket } as unknown as IncomingMessage, proxies)
const behind = { remoteAddress: '::ffff:10.0.0.1' }

test.each([
  ['/x?y=%20', { host: 'a.example', path: '/x', query: 'y=%20', proxied: false }],
  ['/', { path: '/', query: '' }],
  ['/x?', { path: '/x', query: '' }],
  ['/x?a?b', { path: '/x', query: 'a?b' }],
  ['//b.example/x', { host: 'a.example', path: '//b.example/x', proxied: false }],
  ['/Espa\xc3\xb1a?\xc4', { path: '/Espa%C3%B1a', query: '%C4' }],
  ['*', { path: '/*' }],
  ['http://B.example:81/x?y', { host: 'B.example:81', path: '/x', query: 'y', proxied: true }],
  ['HTTPS://b.example', { host: 'b.example', path: '/', query: '', proxied: true }],
  ['http://b.example?y#z', { host: 'b.example', path: '/', query: 'y', proxied: true }],
  ['http://u:p@b.example/', { host: 'u:p@b.example', proxied: true }],
  ['http:///x', { host: '', proxied: true }],
  ['ftp://b.example/x', { host: 'a.example', path: '/ftp://b.example/x', proxied: false }],
])('%s', (url, found) => {
  expect(asked(url)).toMatchObject(found)
})

test('what is forwarded is believed of trusted proxies alone', () => {
  const headers = { 'x-forwarded-host': 'c.example, d.example', 'x-forwarded-proto': 'HTTPS, http' }
  expect(asked('/', headers)).toMatchObject({ host: 'a.example', secure: false })
  expect(asked('/', headers, behind)).toMatchObject({ host: 'c.example', secure: true })
  expect(asked('/', { 'x-forwarded-proto': 'http' }, { ...behind, encrypted: true })).toMatchObject({ host: 'a.example', secure: false })
  expect(asked('/', {}, { ...behind, encrypted: true })).toMatchObject({ secure: true })
  expect(asked('/', { 'x-forwarded-host': ' ' }, behind)).toMatchObject({ host: 'a.example' })
  expect(asked('http://b.example/', headers, behind)).toMatchObject({ host: 'b.example' })
  expect(asked('/', headers, {})).toMatchObject({ host: 'a.example' })
})

test.each([
  ['127.0.0.1:3000', true],
  ['localhost:3000', true],
  ['127.0.0.1', false],
  ['127.0.0.1:3001', false],
  ['10.0.0.1:3000', false],
  ['example.org:3000', false],
  ['[::1]:3000', false],
  ['', false],
])('%s is the address of this connection: %s', (host, own) => {
  expect(isOwnAddress(host, { localAddress: '::ffff:127.0.0.1', localPort: 3000 } as never)).toBe(own)
})

test('so is an IPv6 address, and port 80 need not be said', () => {
  expect(isOwnAddress('[::1]', { localAddress: '::1', localPort: 80 } as never)).toBe(true)
})
