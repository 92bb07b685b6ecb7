import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseServer } from './exchange.ts'
import { openDns } from './index.ts'
import { readTxtAnswer, txtQuestion } from './message.ts'
import { startDns, type TestDns } from './testing/dns-server.ts'

const never = new AbortController().signal
let server: TestDns
beforeEach(async () => {
  server = await startDns()
})
afterEach(() => server.stop())
const lookUp = (name: string, signal = never, servers = [server.address]) => openDns({ servers, patience: 300 }).lookUp(name, signal)

test('TXT records come with the life of the shortest, the strings of each as one text', async () => {
  const long = 'dnslink=/ipfs/'.padEnd(300, 'ü')
  server.records.set('a.example', { texts: ['x', ''], ttl: 60 })
  server.records.set('alias.example', { texts: ['y'], ttl: 60, alias: 'a.example' })
  server.records.set('long.example', { texts: [long], ttl: 9 })
  expect(await lookUp('a.example')).toEqual({ texts: ['x', ''], ttl: 60_000 })
  expect(await lookUp('alias.example')).toEqual({ texts: ['y'], ttl: 7_000 })
  expect(await lookUp('long.example')).toEqual({ texts: [long], ttl: 9_000 })
})

test('what does not fit a packet is asked for over TCP', async () => {
  const texts = Array.from({ length: 100 }, (_, i) => `text ${i} ${'x'.repeat(200)}`)
  server.records.set('big.example', { texts, ttl: 5 })
  expect(await lookUp('big.example')).toEqual({ texts, ttl: 5_000 })
  expect(server.asked).toEqual(['big.example', 'big.example'])
})

test('no records, no such name, and a name that cannot be: none', async () => {
  server.records.set('empty.example', { texts: [], ttl: 5 })
  expect(await lookUp('empty.example')).toEqual({ texts: [] })
  expect(await lookUp('nobody.example')).toEqual({ texts: [] })
  for (const name of [`_dnslink.${'a.'.repeat(125)}bc`, 'a..b', `${'a'.repeat(64)}.b`]) expect(await lookUp(name)).toEqual({ texts: [] })
  expect(server.asked).toEqual(['empty.example', 'nobody.example'])
})

test('a server that fails, or says nothing, is asked again after the others', async () => {
  const other = await startDns()
  try {
    server.records.set('a.example', 2)
    other.records.set('a.example', { texts: ['x'], ttl: 1 })
    expect(await lookUp('a.example', never, [server.address, other.address])).toMatchObject({ texts: ['x'] })
    other.records.set('a.example', 'mute')
    await expect(lookUp('a.example', never, [other.address, server.address])).rejects.toThrow('failed (code 2)')
    expect(other.asked).toHaveLength(3)
    await expect(lookUp('a.example', never, [other.address])).rejects.toMatchObject({ name: 'TimeoutError', message: 'the domain name system did not answer in time' })
  } finally {
    await other.stop()
  }
})

test('who has gone is not waited for', async () => {
  server.records.set('a.example', 'mute')
  const gone = new AbortController()
  const asked = lookUp('a.example', gone.signal)
  gone.abort(new Error('gone'))
  await expect(asked).rejects.toThrow('gone')
})

test('packets that answer something else are passed over', async () => {
  server.records.set('a.example', { texts: ['right'], ttl: 1 })
  server.before = (answer) => {
    const [id, question, name] = [Buffer.from(answer), Buffer.from(answer), Buffer.from(answer)]
    id[1]! ^= 1
    question[2]! &= 127
    name[13]! ^= 3
    return [id, question, name, Buffer.alloc(0), answer.subarray(0, 11)]
  }
  expect(await lookUp('a.example')).toMatchObject({ texts: ['right'] })
})

test('whatever an answer is, it is read, passed over or an error, and never goes on for ever', () => {
  const question = txtQuestion(7, 'a.example')!
  const head = Buffer.concat([Buffer.from([0, 7, 0x81, 0x80, 0, 1, 0xff, 0xff, 0, 0, 0, 0]), question.subarray(12)])
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, whole) => {
      const answer = whole ? Buffer.concat([head, bytes]) : Buffer.from(bytes)
      try {
        expect(readTxtAnswer(answer, question)?.texts ?? []).toBeInstanceOf(Array)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
        expect(String(error)).not.toMatch(/AssertionError/)
      }
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['192.0.2.1', '192.0.2.1', 53],
  ['192.0.2.1:5353', '192.0.2.1', 5353],
  ['2001:db8::1', '2001:db8::1', 53],
  ['[2001:db8::1]', '2001:db8::1', 53],
  ['[2001:db8::1]:54', '2001:db8::1', 54],
])('%s', (text, address, port) => {
  expect(parseServer(text)).toEqual({ address, port })
})

test('a server to which there is no way is passed over', async () => {
  server.records.set('a.example', { texts: ['x'], ttl: 1 })
  await expect(lookUp('a.example', never, ['255.255.255.255'])).rejects.toThrow('could not be asked')
  expect(await lookUp('a.example', never, ['255.255.255.255', server.address])).toMatchObject({ texts: ['x'] })
})
