import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cut, memory, pattern, streamOf } from '../testing/memory.ts'
import { buildFile } from './build-file.ts'
import { profiles, type Profile } from './profiles.ts'

const kib = 1024
const mib = 1024 * kib

/** Kubo 0.42, `ipfs add` under the profile; the small ones with `--chunker=size-16 --max-file-links=4`. */
const modern: [bytes: number, cid: string][] = [
  [0, 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'],
  [1, 'bafkreidogqfzz75tpkmjzjke425xqcrmpcib2p5tg44hnbirumdbpl5adu'],
  [mib - 1, 'bafkreia34ljje5t3hdgz3i64pcsuby5ftdhym4gacirx4yzdv27sq35cte'],
  [mib, 'bafkreifd6cdnwm6y2izhtuhyqdbgptjshwyvso4wbir3g6j7e3hpx5iffa'],
  [mib + 1, 'bafybeignt2ocbtaf4vzdhsjbgfr34rczj2jwn5rqguyimrgixajgffjrfa'],
  [3 * mib, 'bafybeicvl2sdd5cbqj2eifqyaezvvo3qtzmvzlwthifyfihaeq3q2xgxj4'],
]
const modernSmall: [number, string][] = [
  [64, 'bafybeihnwpsudctjf2bjrg2hxpxhqq6ynw4mryvty4idaudrym23qkaoka'],
  [65, 'bafybeidpipqaz4zcg4siz5x2t45xpbzplgpax7ea6cjx4ogvo3ufo326x4'],
  [256, 'bafybeibsgxqpbwvxxhrsbi6tskj74dqyh2nh5nwhqol2hogzhh46f6j5hu'],
  [257, 'bafybeibwrtofajlyzbfs23jbgjlinxbd6tdsvbxtruurh6h2iuzxldbefa'],
  [1029, 'bafybeifh7x6f72bttpiviebllo4aeyaslcjkfasvm7xaajblh7rgqvdqsm'],
]
const classic: [number, string][] = [
  [0, 'QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH'],
  [1, 'QmS9JArPwa55ePgDnyg6TzX24mYTS1b1vLqWNebyVotKxQ'],
  [256 * kib - 1, 'QmWrhMr2ezHVZ5ikXbAXUTfpzMMrvir85mC1EPuREVUHF8'],
  [256 * kib, 'QmVwssxbD7qXmDP7iSkicicxA1BXqRMiAEUtWMHSTwHZwQ'],
  [256 * kib + 1, 'Qmaq6BTRta2uaBdUvDA4u1za9vNz6jLuJKRHe4pvmCDaop'],
  [174 * 256 * kib, 'Qmao2ysNhRJ1sFbHseaJbjyKMonQTn66GKvs8eMkkTweXL'],
  [174 * 256 * kib + 1, 'QmXC9NxMi2LBC4VqydYYLpjrFHpksjwwx7MmK8TW63hDHc'],
]
const classicSmall: [number, string][] = [
  [64, 'Qmd5YxirEr7QvGEtbrHx5FUYfoe9mETYaeKVX2FPGGjgn6'],
  [65, 'QmTsQU5SoY9jK5A78aT9kXqcfHQ4ekZW9TtZZnswr23Ly3'],
  [256, 'QmUtSfVNmt3s2U2trm8YBhqTZ7qn1LdRhX6P3Xc1Y6Xgj7'],
  [257, 'QmZncNwVcQTnNZrnSRyYkpyvebLqTPMxzE2cLdLssJBLsd'],
  [1029, 'QmTyqoLxSJ5pD4cR6quazjtAhaZjv3Wg2mUQvq33tdeHtx'],
]

const small = (profile: Profile): Profile => ({ ...profile, chunkBytes: 16, width: 4 })
const build = (bytes: Uint8Array, profile: Profile) => buildFile(cut(bytes, [65_536]), profile, () => {})

describe('CIDs of files equal those of Kubo', () => {
  it.each(modern)('unixfs-v1-2025, %i bytes', async (size, cid) => {
    expect(String((await build(pattern(size), profiles['unixfs-v1-2025'])).cid)).toBe(cid)
  })
  it.each(modernSmall)('unixfs-v1-2025, %i bytes in chunks of 16, width 4', async (size, cid) => {
    expect(String((await build(pattern(size), small(profiles['unixfs-v1-2025']))).cid)).toBe(cid)
  })
  it.each(classic)('unixfs-v0-2015, %i bytes', async (size, cid) => {
    expect(String((await build(pattern(size), profiles['unixfs-v0-2015'])).cid)).toBe(cid)
  })
  it.each(classicSmall)('unixfs-v0-2015, %i bytes in chunks of 16, width 4', async (size, cid) => {
    expect(String((await build(pattern(size), small(profiles['unixfs-v0-2015']))).cid)).toBe(cid)
  })
  it('unixfs-v1-2025, more chunks than a node is wide', async () => {
    const period = pattern(16 * mib)
    const source = async function* () {
      for (let i = 0; i < 64; i++) yield period
      yield period.subarray(0, 1)
    }
    const built = await buildFile(source(), profiles['unixfs-v1-2025'], () => {})
    expect(String(built.cid)).toBe('bafybeibxu2vzdb2pg4ner5acz6rujuhdbobfx2ludyvw5lhjpkxuedvici')
    expect(built).toMatchObject({ size: 1024 * mib + 1, blocks: 1025 + 3 })
  })
})

describe('CIDs of files equal those of the classic services', () => {
  it.each([
    [pattern(262_145), 'bafkreibz3d2qtzqtexosjrnvaruwywqa2jb5zgw267wikc3pz5dafa6qei', 'bafybeid5nkyngbvnaenoxra4dc5gi4bvkiv366blzqfges3bz6lpvgckti'],
    [pattern(3 * mib), 'bafybeicvl2sdd5cbqj2eifqyaezvvo3qtzmvzlwthifyfihaeq3q2xgxj4', 'bafybeia5to2cxuhq7kkt4e4auyimbbf6ln6z4p5gnsrqmlcw7b22pvy7ri'],
    [Buffer.from('hello world!'), 'bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve', 'bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve'],
  ])('$0.length bytes', async (bytes, web3, nft) => {
    expect(String((await build(bytes, profiles['web3-storage'])).cid)).toBe(web3)
    expect(String((await build(bytes, profiles['nft-storage'])).cid)).toBe(nft)
  })
})

it('gives one CID however the source is cut', async () => {
  const profile = small(profiles['unixfs-v1-2025'])
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 700 }), fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1 }), async (bytes, lengths) => {
      const whole = await buildFile(streamOf(bytes), profile, () => {})
      expect(await buildFile(cut(bytes, lengths), profile, () => {})).toEqual(whole)
    }),
  )
})

it('tells sizes that agree with the blocks it gave', async () => {
  const store = memory()
  let bytes = 0
  const built = await buildFile(streamOf(pattern(1029)), small(profiles['unixfs-v0-2015']), (block) => {
    bytes += block.bytes.length
    store.sink(block)
  })
  expect(built).toMatchObject({ size: 1029, tsize: bytes })
})

it('waits for a sink that is slow', async () => {
  let taken = 0
  let waiting = 0
  await buildFile(streamOf(pattern(1029)), small(profiles['unixfs-v1-2025']), async () => {
    waiting++
    expect(waiting).toBe(1)
    await new Promise(setImmediate)
    waiting--
    taken++
  })
  expect(taken).toBe(65 + 17 + 5 + 2 + 1)
})

it('stops when its signal is aborted', async () => {
  const stop = new AbortController()
  const endless = async function* () {
    for (let i = 0; ; i++) {
      if (i === 3) stop.abort(new Error('enough'))
      yield pattern(64)
    }
  }
  await expect(buildFile(endless(), profiles['unixfs-v1-2025'], () => {}, { signal: stop.signal })).rejects.toThrow('enough')
})

it('needs an array of the source no longer than until the next one is asked for', async () => {
  const profile = small(profiles['unixfs-v1-2025'])
  const lent = new Uint8Array(90)
  const lending = async function* (pieces: AsyncIterable<Uint8Array>) {
    for await (const piece of pieces) {
      lent.set(piece)
      yield lent.subarray(0, piece.length)
      lent.fill(0xee)
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 700 }), fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1 }), async (bytes, lengths) => {
      const whole = await buildFile(streamOf(bytes), profile, () => {})
      expect(await buildFile(lending(cut(bytes, lengths)), profile, () => {})).toEqual(whole)
    }),
  )
})
