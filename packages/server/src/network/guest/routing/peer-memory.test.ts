import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { createLibp2p } from 'libp2p'
import { expect, test } from 'vitest'
import { peerMemory } from './peer-memory.ts'

const newPeer = async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

test('libp2p keeps its peers in it, as many as it may, and never forgets those that are spared', async () => {
  const memory = peerMemory({ max: 20, slack: 5 })
  const libp2p = await createLibp2p({ addresses: { listen: [] }, datastore: memory })
  const friend = await newPeer()
  memory.spare(() => [libp2p.peerId, friend])
  await libp2p.peerStore.merge(libp2p.peerId, { protocols: ['/own/1'] })
  await libp2p.peerStore.merge(friend, { tags: { named: { value: 7 } } })
  for (let i = 0; i < 100; i++) await libp2p.peerStore.merge(await newPeer(), { tags: { other: { value: 1 } } })
  expect(memory.size).toBeLessThanOrEqual(20)
  expect((await libp2p.peerStore.get(friend)).tags.get('named')?.value).toBe(7)
  expect((await libp2p.peerStore.get(libp2p.peerId)).protocols).toEqual(['/own/1'])
  expect((await libp2p.peerStore.all()).length).toBe(memory.size - 1)
  await libp2p.peerStore.delete(friend)
  await expect(libp2p.peerStore.get(friend)).rejects.toMatchObject({ name: 'NotFoundError' })
  await libp2p.stop()
})
