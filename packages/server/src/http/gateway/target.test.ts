import { expect, test } from 'vitest'
import { openTestGateway } from './gateway.fixture.ts'

test('the headers say where the content was found', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'ą/b c.txt': 'x', 'plain/p.txt': 'p' })
  const odd = await gateway.ask(`/ipfs/${cid}/%c4%85/b%20c.txt`)
  expect(odd.headers['x-ipfs-path']).toBe(`/ipfs/${cid}/%C4%85/b%20c.txt`)
  expect(odd.headers['x-ipfs-roots']?.split(',')).toHaveLength(3)
  expect(odd.headers['cache-control']).toBe('public, max-age=29030400, immutable')
  expect((await gateway.ask(`/ipfs/${cid}/plain/`)).headers['x-ipfs-path']).toBe(`/ipfs/${cid}/plain/`)
})
