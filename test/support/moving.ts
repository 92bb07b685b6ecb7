import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as dagCbor from '@ipld/dag-cbor'
import { codecs, digest } from '@thole/dag'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { expect } from 'vitest'
import { newOwner, type Owner } from '../../packages/server/src/domain/names/testing/make-record.ts'
import { car, client, eventually, form, pattern, rawBlock } from './api.ts'
import type { TestServer } from './server.ts'

/** What a server was filled with, and its way to be asked for it. */
export interface Belongings {
  key: string
  other: string
  file: string
  folder: string
  /** Partial: the second leaf is missing. */
  torn: string
  unpinned: string
  waiting: string
  owner: Owner
}

const bytes = pattern(2_300_000, 7)
const absent = rawBlock(pattern(70_000, 9))
const leaf = rawBlock(pattern(60_000, 8))

/** Some of everything that a server keeps. */
export async function fill(server: TestServer): Promise<Belongings> {
  const key = await server.createKey()
  const other = await server.createKey(undefined, 'other@example.org')
  const api = client(server.url, key)
  const upload = async (...args: Parameters<typeof api.upload>): Promise<string> => {
    const { status, body } = await api.upload(...args)
    expect(status, JSON.stringify(body)).toBe(201)
    return body.roots[0].cid
  }
  const file = await upload(bytes, '/api/v1/uploads?name=file%20%F0%9F%9A%A2')
  const folder = await upload(form({ 'a/b.txt': 'below', 'c.bin': pattern(500_000, 3) }))
  const root = linksTo([leaf.cid.toString(), absent.cid.toString()])
  const torn = await upload(car([root.cid], [root, leaf]) as BodyInit, '/api/v1/uploads?name=torn', 'application/vnd.ipld.car')
  const unpinned = await upload(pattern(1000, 4), '/api/v1/uploads?pin=false')
  const waiting = rawBlock(Buffer.from('nowhere')).cid.toString()
  const theirs = client(server.url, other)
  expect((await theirs.post('/psa/pins', { cid: file, name: 'mine too', meta: { a: '1', 'b"': 'ü' } })).status).toBe(202)
  expect((await theirs.post('/psa/pins', { cid: waiting, origins: [] })).status).toBe(202)
  const owner = await newOwner()
  const record = await owner.sign({ value: `/ipfs/${folder}`, sequence: 3n })
  expect((await fetch(`${server.url}/routing/v1/ipns/${owner.name.text}`, { method: 'PUT', body: record as BodyInit, headers: { 'content-type': 'application/vnd.ipfs.ipns-record' } })).status).toBe(200)
  expect((await fetch(`${server.url}/ipfs/${file}`)).status).toBe(200)
  await eventually(async () => (await api.json(`/api/v1/dags/${file}`)).body.visits, (visits) => visits === 1)
  return { key, other, file, folder, torn, unpinned, waiting, owner }
}

/** Everything is there as `fill` made it; keys and passwords work. */
export async function expectFilled(server: TestServer, { key, other, file, folder, torn, unpinned, waiting, owner }: Belongings): Promise<void> {
  const api = client(server.url, key)
  const theirs = client(server.url, other)
  const signIn = (password: string) => fetch(`${server.url}/api/v1/session`, { method: 'POST', body: JSON.stringify({ ...server.admin, password }), headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' } })
  expect((await signIn(server.admin.password)).status).toBe(200)
  expect((await signIn('another password')).status).toBe(401)
  expect((await api.json('/api/v1/uploads')).body.count).toBe(4)
  expect((await api.json(`/api/v1/dags/${file}`)).body).toMatchObject({ state: 'complete', visits: 1, visitBytes: bytes.length })
  expect((await api.json(`/api/v1/dags/${torn}`)).body).toMatchObject({ state: 'partial', missingCount: 1, missing: [{ cid: absent.cid.toString() }] })
  expect((await theirs.json('/psa/pins?meta[b"]=ü&name=mine%20too')).body).toMatchObject({ count: 1, results: [{ status: 'pinned', pin: { cid: file, name: 'mine too' } }] })
  expect((await theirs.json(`/psa/pins?cid=${waiting}&status=queued,pinning`)).body.count).toBe(1)
  expect(new Uint8Array(await (await fetch(`${server.url}/ipfs/${file}`)).arrayBuffer())).toEqual(bytes)
  expect(await (await fetch(`${server.url}/ipns/${owner.name.text}/a/b.txt`)).text()).toBe('below')
  expect((await fetch(`${server.url}/ipfs/${unpinned}`)).status).toBe(200)
  expect((await api.json(`/api/v1/dags/${folder}`)).body.state).toBe('complete')
  // The part that was missing makes it whole.
  expect((await api.upload(car([absent.cid], [absent]) as BodyInit, '/api/v1/uploads?pin=false', 'application/vnd.ipld.car')).status).toBe(201)
  await eventually(async () => (await api.json(`/api/v1/dags/${torn}`)).body.state, (state) => state === 'complete')
}

/** The files of an export, rows in one order; without what speaks of the export itself. */
export async function readFolder(folder: string): Promise<Record<string, string | Buffer>> {
  const files: Record<string, string | Buffer> = {}
  for (const name of (await readdir(folder, { recursive: true })).toSorted()) {
    const path = join(folder, name)
    if (name.endsWith('.ndjson')) files[name] = (await readFile(path, 'utf8')).split('\n').map(inOrder).toSorted().join('\n')
    else if (name.endsWith('.car')) files[name] = await readFile(path)
  }
  return files
}

function inOrder(line: string): string {
  const row = line === '' ? {} : (JSON.parse(line) as object)
  return JSON.stringify(row, Object.keys(row).toSorted())
}

function linksTo(cids: readonly string[]) {
  const links = cids.map((cid) => CID.parse(cid))
  const bytes = dagCbor.encode(links)
  return { cid: CID.createV1(codecs.dagCbor, Digest.create(0x12, digest(0x12, bytes))), bytes }
}
