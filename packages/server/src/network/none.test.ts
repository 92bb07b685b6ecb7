import { mkdtemp, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { networkContract } from './network.contract.ts'
import { noNetwork } from './none.ts'

const keyFile = join(await mkdtemp(join(tmpdir(), 'thole-none-')), 'peer.key')

networkContract('none', () => noNetwork({ keyFile }))

it('keeps its peer id in a file that only its owner reads', async () => {
  const first = await noNetwork({ keyFile })
  const again = await noNetwork({ keyFile })
  expect(again.delegates()).toEqual(first.delegates())
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
})

it('names the configured peer instead of its own', async () => {
  const peerId = '12D3KooWLqL3mgnW2uQqUWXcWqGXHz6q2w4h6UrUUTJq2cgoc2KD'
  const network = await noNetwork({ keyFile, peerId, announce: ['/dns4/kubo.example/tcp/4001'] })
  expect(network.delegates()).toEqual([`/dns4/kubo.example/tcp/4001/p2p/${peerId}`])
})

it('says that it is set to dial nobody', async () => {
  const network = await noNetwork({ keyFile })
  const session = network.fetch({ origins: ['/ip4/127.0.0.1/tcp/1'], signal: new AbortController().signal })
  expect(session.attempts()[0]?.reason).toContain('THOLE_NETWORK=none')
  expect(network.status().state).toBe('off')
  await session.close()
})
