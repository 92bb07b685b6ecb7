import { beforeEach, expect, test } from 'vitest'
import { isSure, Model, type Content, type Pin, type Upload } from './model.ts'
import { settle, type ListedPin, type ListedUpload } from './settle.ts'

let model: Model
let content: Content

beforeEach(async () => {
  model = new Model()
  content = (await model.content({ kind: 'file', pieces: [{ name: 'a', length: 10 }] }, 1)).content
})

function upload(name: string, state: Upload['state'], more: Partial<Upload> = {}): Upload {
  const record: Upload = { is: 'upload', name, content, pin: false, state, id: state === 'sent' ? undefined : `id-${name}`, ...more }
  model.add(record)
  return record
}

function pin(name: string, state: Pin['state'], more: Partial<Pin> = {}): Pin {
  const record: Pin = { is: 'pin', name, content, state, pinned: false, id: state === 'sent' ? undefined : `id-${name}`, ...more }
  model.add(record)
  return record
}

const created = '2030-01-01T00:00:00.000Z'
const listedUpload = (name: string, id = `id-${name}`): ListedUpload => ({ id, name, created, roots: [{ cid: content.root }] })
const listedPin = (name: string, more: Partial<ListedPin> = {}): ListedPin => ({ id: `id-${name}`, name, cid: content.root, status: 'pinned', created, ...more })

test('what was acknowledged and is listed is well', () => {
  upload('a', 'live')
  pin('b', 'live')
  expect(settle(model, { uploads: [listedUpload('a')], pins: [listedPin('b')] })).toEqual([])
})

test('what was acknowledged and is not listed is lost', () => {
  upload('a', 'live')
  pin('b', 'live')
  expect(settle(model, { uploads: [], pins: [] })).toEqual([expect.stringMatching(/upload a .*not listed/), expect.stringMatching(/pin b .*not listed/)])
})

test('what was sent without an answer is there or not, and known from then on', () => {
  const there = upload('a', 'sent')
  upload('b', 'sent')
  expect(settle(model, { uploads: [listedUpload('a')], pins: [] })).toEqual([])
  expect(there).toMatchObject({ state: 'live', id: 'id-a' })
  expect([...model.holders.keys()]).toEqual(['a'])
})

test('what was deleted stays so; without an answer it may be there', () => {
  upload('gone', 'ended')
  upload('perhaps', 'ending')
  expect(settle(model, { uploads: [listedUpload('gone'), listedUpload('perhaps')], pins: [] })).toContainEqual(expect.stringMatching(/gone .*listed again/))
  expect(model.holders.get('perhaps')?.state).toBe('live')
})

test('an upload has its pin request, and no other', () => {
  upload('a', 'live', { pin: true })
  upload('b', 'live')
  const problems = settle(model, { uploads: [listedUpload('a'), listedUpload('b')], pins: [listedPin('x', { uploadId: 'id-b' })] })
  expect(problems).toEqual(['upload a has 0 pin requests instead of 1', 'upload b has 1 pin requests instead of 0'])
})

test('of a request and the one in its place exactly one is there', () => {
  const half = (listed: string[]) => {
    model = new Model()
    const old = pin('old', 'ending', { id: 'id-old' })
    pin('new', 'sent', { replaces: old })
    return settle(model, { uploads: [], pins: listed.map((name) => listedPin(name)) })
  }
  expect(half(['old'])).toEqual([])
  expect(half(['new'])).toEqual([])
  expect(half(['old', 'new'])).toEqual([expect.stringMatching(/beside old/)])
  expect(half([])).toEqual([expect.stringMatching(/vanished/)])
})

test('a status that cannot be, another root, a stranger', () => {
  pin('a', 'live')
  pin('b', 'live')
  const problems = settle(model, { uploads: [], pins: [listedPin('a', { status: 'failed' }), listedPin('b', { cid: 'other' }), listedPin('c')] })
  expect(problems).toEqual([expect.stringMatching(/a is failed/), expect.stringMatching(/root other/), expect.stringMatching(/^c .*never was/)])
})

test('parts: complete with the last one, and one that never arrived is sent again', () => {
  const [cid] = content.sizes.keys()
  upload('part', 'sent', { part: [cid!] })
  expect(content.complete).toBe(false)
  settle(model, { uploads: [], pins: [] })
  expect(content.unsent).toEqual([[cid]])
  upload('again', 'sent', { part: content.unsent.pop()! })
  settle(model, { uploads: [listedUpload('again')], pins: [] })
  expect(content.complete).toBe(true)
})

test('a request that was under way while the last holder went says nothing about what is here; one that was answered before does', () => {
  const end = (underWay: Pin['state']) => {
    for (const holder of model.holders.values()) model.forget(holder)
    const last = upload('last', 'sent')
    model.acknowledge(last, 'id-last')
    const before = underWay === 'live' ? pin('pin', 'live') : undefined
    model.beginEnd(last)
    const late = before ?? pin('pin', 'sent')
    model.end(last)
    model.acknowledge(late, 'id-pin')
    return isSure(content)
  }
  expect(end('sent')).toBe(false)
  expect(end('live')).toBe(true)
})
