import { expect, test } from 'vitest'
import { copiesOf } from './copies.ts'

test('peers are called what they call themselves, within reason', () => {
  const peers = { one: { peername: 'a\u0000\nb', status: 'pinned' }, two: { peername: 'x'.repeat(1e6), status: 'pinning' }, three: { status: 'pin_error', error: 'why\nwhere' }, four: { status: 'remote' } }
  expect(copiesOf({ cid: '', name: '', peer_map: peers })).toEqual([
    { node: 'ab', state: 'confirmed', reason: undefined },
    { node: 'x'.repeat(100), state: 'coming', reason: undefined },
    { node: 'three', state: 'failed', reason: 'why' },
  ])
})
