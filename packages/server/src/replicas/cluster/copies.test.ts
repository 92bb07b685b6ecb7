import { expect, test } from 'vitest'
import { copiesOf } from './copies.ts'

test('the peer id of the IPFS node goes along, where it can be one', () => {
  const id = '12D3KooWGRUuJh6hPXHHVhgVnhYWNzVHs7XfTnRfwKpZZVBoMJpm'
  const peers = { one: { ipfs_peer_id: id, status: 'pinned' }, two: { ipfs_peer_id: '<b>', status: 'pinned' } }
  expect(copiesOf({ cid: '', name: '', peer_map: peers }).map(({ peerId }) => peerId)).toEqual([id, undefined])
})

test('peers are called what they call themselves, within reason', () => {
  const peers = { one: { peername: 'a\u0000\nb', status: 'pinned' }, two: { peername: 'x'.repeat(1e6), status: 'pinning' }, three: { status: 'pin_error', error: 'why\nwhere' }, four: { status: 'remote' } }
  expect(copiesOf({ cid: '', name: '', peer_map: peers })).toEqual([
    { node: 'ab', state: 'confirmed', reason: undefined },
    { node: 'x'.repeat(100), state: 'coming', reason: undefined },
    { node: 'three', state: 'failed', reason: 'why' },
  ])
})
