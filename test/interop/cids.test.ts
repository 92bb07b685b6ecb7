import { describe, expect, test } from 'vitest'
import { form, pattern } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { noKubo, type KuboProfile } from '../support/kubo.ts'
import { usePair } from './pair.ts'

const profiles: KuboProfile[] = ['unixfs-v1-2025', 'unixfs-v0-2015']

const files: Record<string, Uint8Array> = {
  'one byte': pattern(1),
  'one chunk of the smaller size': pattern(262_144, 1),
  'one chunk of the larger size': pattern(1_048_576, 2),
  'one byte more than that': pattern(1_048_577, 3),
  '5 MiB': pattern(5 * 2 ** 20, 4),
  // 175 leaves of 256 KiB: one more than a node of the older profile links to, so its tree has another level.
  'a tree of two levels': pattern(262_144 * 174 + 1, 5),
}

const folders: Record<string, Record<string, string | Uint8Array>> = {
  'nested folders': { 'index.html': '<h1>hi</h1>', 'docs/a.txt': 'a', 'docs/deep/er/b.txt': 'b', 'images/big.bin': pattern(3_000_000, 6) },
  'an empty file among others': { 'empty': '', 'docs/empty.txt': '', 'full.txt': 'full' },
  'names that need care': { 'ünï cødé.txt': '1', 'with space & ampersand.txt': '2', '日本語/数.txt': '3', '%41.txt': '4', '.hidden/file': '5' },
  'just under the size where directories are sharded': manyFiles(900),
  '6,000 entries with long names': manyFiles(6000),
}

for (const profile of profiles) {
  describe.skipIf(noKubo)(`CIDs equal Kubo's with ${profile}${noKubo ? ` (${noKubo})` : ''}`, () => {
    const pair = usePair({ profile, variables: { THOLE_NETWORK: 'none' } })

    test.for(Object.entries(files))('%s', async ([, bytes]) => {
      const expected = await pair.kubo.line(['add', '-Q', '--only-hash'], bytes)
      const { status, body } = await pair.api.upload(bytes as BodyInit, `/api/v1/uploads?profile=${profile}`)
      expect([status, body.roots?.[0]?.cid]).toEqual([201, expected])
    })

    test.for(Object.entries(folders))('%s', async ([, content]) => {
      await using folder = await temporaryFolder(content)
      const expected = await pair.kubo.line(['add', '-Q', '-r', '--hidden', '--only-hash', folder.path])
      const { status, body } = await pair.api.upload(form(content), `/api/v1/uploads?profile=${profile}`)
      expect([status, body.roots?.[0]?.cid]).toEqual([201, expected])
    })
  })
}

/** Names of about 120 bytes: sharding depends on the size of the directory's node, which they make. */
function manyFiles(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${String(i).padStart(6, '0')}-${'long-name-'.repeat(11)}.txt`, `file ${i}`]))
}
