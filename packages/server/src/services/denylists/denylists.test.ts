import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CID } from 'multiformats/cid'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Denylists } from '../../ports/denylists.ts'
import type { Log } from '../../ports/log.ts'
import { openDenylists } from './index.ts'

// The CIDs and digests of the specification's own example, §Example.
const plain = 'bafybeihvvulpp4evxj7x7armbqcyg6uezzuig6jp3lktpbovlqfkuqeuoq'
const subpaths = 'QmTuvSQbEDR3sarFAN9kAeXBpiBCyYYNxdxciazBba11eC'
const exceptions = 'QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK'
const modern = 'bafybeidjwik6im54nrpfg7osdvmx7zojl5oaxqel5cmsz46iuelwf5acja'
const blake = 'bafyb4ieqht3b2rssdmc7sjv2cy2gfdilxkfh7623nvndziyqnawkmo266a'
const legacy = 'bafybeiefwqslmf6zyyrxodaxx4vwqircuxpza5ri45ws3y5a62ypxti42e'
const other = 'bafybeihrw75yfhdx5qsqgesdnxejtjybscwuclpusvxkuttep6h7pkgmze'

let folder: string
let lists: Denylists | undefined
const problems: object[] = []
const log: Log = { debug() {}, info() {}, warn() {}, error: (data: object) => void problems.push(data) }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-deny-'))
  problems.length = 0
})
afterEach(async () => {
  await lists?.close()
  await rm(folder, { recursive: true })
})

async function open(...files: string[]): Promise<Denylists> {
  for (const [i, text] of files.entries()) await writeFile(join(folder, `${i}.deny`), text)
  return (lists = await openDenylists({ places: [folder], copies: folder, log, watchEvery: 20 }))
}

const at = (cid: string, path = '') => lists!.find(CID.parse(cid), path.split('/').filter(Boolean))?.rule

test('no lists: nothing is asked', async () => {
  expect((await open()).isEmpty).toBe(true)
  expect(at(plain)).toBeUndefined()
})

test('a CID is blocked by its multihash, whatever its version and codec; paths below it are not', async () => {
  await open(`/ipfs/${plain}\n`)
  expect(at(plain)).toBe('0:1')
  expect(at(CID.parse(plain).toV0().toString())).toBe('0:1')
  expect(at(CID.createV1(0x55, CID.parse(plain).multihash).toString())).toBe('0:1')
  expect(at(plain, 'a')).toBeUndefined()
  expect(at(other)).toBeUndefined()
})

test('paths, prefixes and exceptions: the last rule that matches wins', async () => {
  await open([
    `/ipfs/${other}/some%20path/`,
    `/ipfs/${subpaths}/test/*`,
    `/ipfs/${exceptions}/blocked*`,
    `!/ipfs/${exceptions}/blockednot`,
    `!/ipfs/${exceptions}/blocked/exceptions*`,
    `/ipfs/${modern}/*`,
  ].join('\n'))
  expect(at(other, 'some path')).toBe('0:1')
  expect(at(other, 'some path/below')).toBeUndefined()
  expect(at(subpaths, 'test')).toBe('0:2')
  expect(at(subpaths, 'testing/it')).toBe('0:2')
  expect(at(subpaths)).toBeUndefined()
  expect(at(exceptions, 'blocked/this')).toBe('0:3')
  expect(at(exceptions, 'blockednot')).toBeUndefined()
  expect(at(exceptions, 'blocked/exceptions/one')).toBeUndefined()
  expect(at(modern)).toBe('0:6')
  expect(at(modern, 'deep/down')).toBe('0:6')
})

test('double hashes: sha2-256 and blake3 multihashes, and those of lists of before the format', async () => {
  await open([
    '//QmX9dhRcQcKUw3Ws8485T5a9dtjrSCQaUAHnG4iK9i4ceM',
    '//gW813G35CnLsy7gRYYHuf63hrz71U1xoLFDVeV7actx6oX',
    '//d9d295bde21f422d471a90f2a37ec53049fdf3e5fa3ee2e8f20e10003da429e7',
    '//3f8b9febd851873b3774b937cce126910699ceac56e72e64b866f8e258d09572',
    '//c555c4de78827ba42527dd3dc5398db38d6c0a8c345a88e0158b2d100f317e50',
  ].join('\n'))
  expect(at(modern)).toBe('0:1')
  expect(at(CID.parse(modern).toV0().toString())).toBe('0:1')
  expect(at(blake, 'path')).toBe('0:2')
  expect(at(blake, 'path2')).toBeUndefined()
  expect(at(legacy)).toBe('0:3')
  expect(at(legacy, 'path')).toBe('0:4')
  expect(at(legacy, 'other')).toBeUndefined()
  expect(lists!.findName('bad-domain-name.tld')?.rule).toBe('0:5')
})

test('names: domains, and keys in either spelling', async () => {
  const key = 'k51qzi5uqu5dhmzyv3zac033i7rl9hkgczxyl81lwoukda2htteop7d3x0y1mf'
  await open(`/ipns/domain.example\n/ipns/domain2.example/path\n/ipns/${key}\n`)
  expect(lists!.findName('Domain.example')?.rule).toBe('0:1')
  expect(lists!.findName('domain2.example')).toBeUndefined()
  expect(lists!.findName('domain2.example', ['path'])?.rule).toBe('0:2')
  const { base36 } = await import('multiformats/bases/base36')
  const { base32 } = await import('multiformats/bases/base32')
  expect(lists!.findName(CID.parse(key, base36).toString(base32))?.rule).toBe('0:3')
})

test('a header gives the name and hints; a line may say otherwise', async () => {
  await open(['version: 1', 'name: court orders', 'hints:', '  gateway_status: 451', '---', '# why', `/ipfs/${plain} reason:secret`, `/ipfs/${other} gateway_status:410`].join('\n'))
  expect(lists!.find(CID.parse(plain))).toEqual({ rule: 'court orders:7', status: 451 })
  expect(lists!.find(CID.parse(other))).toEqual({ rule: 'court orders:8', status: 410 })
})

test('later files override earlier ones; lines that are no rules are told and passed over', async () => {
  await open(`/ipfs/${plain}\nnonsense\n/ipfs/nope\n//zzz\n/ipfs/${other}/%zz\n`, `!/ipfs/${plain}\n/ipfs/${other}`)
  expect(at(plain)).toBeUndefined()
  expect(at(other)).toBe('1:2')
  expect(problems).toHaveLength(4)
})

test('a header of another version, and a file that is not there, refuse the start', async () => {
  await expect(open('version: 2\n---\n')).rejects.toThrow(/version 2/)
  await expect(openDenylists({ places: [join(folder, 'absent.deny')], copies: folder, log })).rejects.toThrow(/absent/)
})

test('a list that grows, comes or goes is in force within moments; one that breaks leaves the rules as they were', async () => {
  await open(`/ipfs/${plain}\n`)
  await appendFile(join(folder, '0.deny'), `/ipfs/${other}\n`)
  await expect.poll(() => at(other)).toBe('0:2')
  await writeFile(join(folder, '1.deny'), `!/ipfs/${plain}\n`)
  await expect.poll(() => at(plain)).toBeUndefined()
  await writeFile(join(folder, '1.deny'), 'version: 9\n---\n')
  await expect.poll(() => problems.length).toBeGreaterThan(0)
  expect(at(plain)).toBeUndefined()
  await rm(join(folder, '1.deny'))
  await expect.poll(() => at(plain)).toBe('0:1')
})

test('a folder may come later', async () => {
  const place = join(folder, 'later')
  lists = await openDenylists({ places: [place], copies: folder, log, watchEvery: 20 })
  await mkdir(place)
  await writeFile(join(place, 'a.deny'), `/ipfs/${plain}\n`)
  await expect.poll(() => at(plain)).toBe('a:1')
})

test('a list of 200,000 double hashes is read without holding up the event loop, and found in', async () => {
  const lines = Array.from({ length: 200_000 }, (_, i) => `//${i.toString(16).padStart(64, 'e')}`)
  lines.splice(100_000, 0, '//d9d295bde21f422d471a90f2a37ec53049fdf3e5fa3ee2e8f20e10003da429e7')
  await open(lines.join('\n'))
  expect(at(legacy)).toBe('0:100001')
  expect(at(other)).toBeUndefined()
})
