import { verifyBlock } from '@thole/dag'
import { expect, test } from 'vitest'
import { openTestGateway } from './gateway.fixture.ts'

test('a raw block, by query and by Accept', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'a/b.txt': 'content of b' })
  const leaf = await gateway.file('content of b')
  const named = await gateway.ask(`/ipfs/${cid}/a/b.txt?format=raw`)
  expect(named).toMatchObject({ status: 200, text: 'content of b' })
  expect(named.headers).toMatchObject({
    'content-type': 'application/vnd.ipld.raw',
    'content-disposition': `attachment; filename="${leaf}.bin"`,
    'content-length': '12',
    etag: `"${leaf}.raw"`,
    vary: 'Accept',
  })
  const accepted = await gateway.ask(`/ipfs/${cid}/a/b.txt?x=y`, { headers: { accept: 'application/vnd.ipld.raw' } })
  expect(accepted.text).toBe('content of b')
  expect(accepted.headers['content-location']).toBe(`/ipfs/${cid}/a/b.txt?x=y&format=raw`)
  const root = await gateway.ask(`/ipfs/${cid}?format=raw`)
  verifyBlock({ cid, bytes: root.bytes })
  const range = await gateway.ask(`/ipfs/${leaf}?format=raw`, { headers: { range: 'bytes=-1' } })
  expect(range).toMatchObject({ status: 206, text: 'b' })
})
