import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { delegatesOf } from './delegates.ts'

const id = '12D3KooWLqL3mgnW2uQqUWXcWqGXHz6q2w4h6UrUUTJq2cgoc2KD'
const local = ['/ip4/127.0.0.1/tcp/4001', '/ip4/192.168.1.7/tcp/4001', '/ip6/::1/tcp/4001']

it('names public addresses alone where there are any', () => {
  expect(delegatesOf(id, [...local, '/ip4/8.8.8.8/tcp/4001', `/dns4/node.example.org/tcp/4001/p2p/${id}`])).toEqual([
    `/ip4/8.8.8.8/tcp/4001/p2p/${id}`,
    `/dns4/node.example.org/tcp/4001/p2p/${id}`,
  ])
})

it('names local addresses in a private network, and never to the public', () => {
  expect(delegatesOf(id, local)).toEqual(local.map((address) => `${address}/p2p/${id}`))
  expect(delegatesOf(id, local, { isPrivateNetwork: false })).toEqual([`/p2p/${id}`])
})

it('names one to twenty, each once', () => {
  const many = Array.from({ length: 60 }, (_, i) => `/ip4/8.8.8.${i % 30}/tcp/4001`)
  const named = delegatesOf(id, many)
  expect(named).toHaveLength(20)
  expect(new Set(named).size).toBe(20)
  for (const address of [...named, ...delegatesOf(id, [])]) expect(multiaddr(address).getComponents().at(-1)).toMatchObject({ name: 'p2p', value: id })
})
