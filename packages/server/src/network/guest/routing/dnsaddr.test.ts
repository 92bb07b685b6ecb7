import { expect, test } from 'vitest'
import { resolveDnsaddr } from './dnsaddr.ts'

const A = 'QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN'
const B = 'QmbLHAnMoJPWSCR5Zhtx6BHJX9KiKNN6tpvbUcqanj75Nb'
const zone: Record<string, string[][]> = {
  '_dnsaddr.boot.example': [[`dnsaddr=/dnsaddr/a.example/p2p/${A}`], [`dnsaddr=/dnsaddr/b.example/p2p/${B}`], ['v=spf1 -all']],
  // Long texts come in pieces.
  '_dnsaddr.a.example': [['dnsaddr=/ip4/192.0.2.1/tcp/4001', `/p2p/${A}`], [`dnsaddr=/ip4/192.0.2.1/udp/4001/quic-v1/p2p/${A}`], [`dnsaddr=/ip4/192.0.2.2/tcp/4001/p2p/${B}`]],
  '_dnsaddr.loop.example': [[`dnsaddr=/dnsaddr/loop.example/p2p/${A}`], [`dnsaddr=/dnsaddr/loop.example/p2p/${A}`]],
  '_dnsaddr.many.example': Array.from({ length: 500 }, (_, i) => [`dnsaddr=/ip4/192.0.2.1/tcp/${i + 1}/p2p/${A}`]),
}
let asked: string[] = []
const resolve = async (name: string) => {
  asked.push(name)
  const found = zone[name]
  if (found === undefined) throw new Error(`ENOTFOUND ${name}`)
  return found
}

test('a name stands for the addresses of the peer that it is asked for', async () => {
  expect(await resolveDnsaddr(`/dnsaddr/boot.example/p2p/${A}`, { resolve })).toEqual([`/ip4/192.0.2.1/tcp/4001/p2p/${A}`, `/ip4/192.0.2.1/udp/4001/quic-v1/p2p/${A}`])
  // One name of several does not resolve.
  expect(await resolveDnsaddr(`/dnsaddr/boot.example/p2p/${B}`, { resolve })).toEqual([])
})

test('any other address stands for itself, and no name is asked for', async () => {
  asked = []
  const address = `/dns4/boot.example/tcp/4001/p2p/${A}`
  expect(await resolveDnsaddr(address, { resolve })).toEqual([address])
  expect(asked).toEqual([])
})

test('loops, floods and missing names come to an end', async () => {
  asked = []
  expect(await resolveDnsaddr(`/dnsaddr/loop.example/p2p/${A}`, { resolve })).toEqual([])
  expect(asked.length).toBeLessThan(20)
  expect((await resolveDnsaddr(`/dnsaddr/many.example/p2p/${A}`, { resolve })).length).toBe(32)
  await expect(resolveDnsaddr(`/dnsaddr/none.example/p2p/${A}`, { resolve })).rejects.toThrow('ENOTFOUND')
})
