import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { apiOf, type Api } from './api.ts'
import { check } from './checks.ts'
import { Model, type Upload } from './model.ts'
import { random } from './random.ts'

/** Paths whose next answer breaks off after its head. */
let cut: Set<string>
let answers: Record<string, unknown>
let api: Api
let close: () => void

const answer: RequestListener = ({ url = '' }, response) => {
  const path = url.split('?')[0]!
  if (cut.delete(path)) return void response.writeHead(200, { 'content-length': 10 }).write('part', () => setTimeout(() => response.destroy(), 20))
  const body = answers[path]
  response.writeHead(body === undefined ? 404 : 200).end(body instanceof Uint8Array ? body : JSON.stringify(body ?? {}))
}

beforeEach(async () => {
  cut = new Set()
  answers = { '/api/v1/uploads': { uploads: [] }, '/api/v1/pins': { pins: [] } }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  api = apiOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'key')
  close = () => void server.close().closeAllConnections()
})
afterEach(() => close())

const options = { round: 1, all: true, r: random('a') }

test('what was deleted may go while it is read', async () => {
  const model = new Model()
  const { content } = await model.content({ kind: 'file', pieces: [{ name: 'a', length: 10 }] }, 1)
  cut.add(`/ipfs/${content.root}`)
  expect(await check(api, model, options)).toMatchObject({ roots: 1, problems: [] })
  expect(cut.size).toBe(0)
})

test('what is held may not: told are the request and the reason, and the rest is looked at', async () => {
  const model = new Model()
  const contents = await Promise.all(['a', 'b'].map(async (name) => (await model.content({ kind: 'file', pieces: [{ name, length: 10 }] }, 1)).content))
  const uploads = contents.map((content, i): Upload => ({ is: 'upload', name: `u${i}`, content, pin: false, state: 'live', id: `id${i}` }))
  for (const upload of uploads) model.add(upload)
  answers['/api/v1/uploads'] = { uploads: uploads.map(({ id, name, content }) => ({ id, name, created: '2030-01-01T00:00:00.000Z', roots: [{ cid: content.root }] })) }
  for (const { root, sizes } of contents) {
    answers[`/api/v1/dags/${root}`] = { state: 'complete', blocks: sizes.size, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0), missingCount: 0 }
    cut.add(`/ipfs/${root}`)
  }
  const { roots, problems } = await check(api, model, options)
  expect(roots).toBe(2)
  const cutOff = (root: string) => `GET /ipfs/${root}, after its 200: no whole answer came: terminated: other side closed`
  expect(problems.toSorted()).toEqual(contents.map(({ root }) => cutOff(root)).toSorted())
})
