import { describe, expect, it } from 'vitest'
import { query, refusal } from './client.ts'

describe('query', () => {
  it('leaves out what is not set', () => {
    expect(query({ name: 'a b', limit: 20, before: undefined, match: '', pin: false })).toBe('?name=a+b&limit=20&pin=false')
    expect(query({})).toBe('')
  })
})

describe('refusal', () => {
  it('tells the detail of problem details', () => {
    const error = refusal(400, JSON.stringify({ title: 'Bad', detail: 'Not a valid CID: x.', code: 'INVALID_CID' }))
    expect(error).toMatchObject({ status: 400, code: 'INVALID_CID', message: 'Not a valid CID: x.' })
  })
  it('falls back to the title, then to the status', () => {
    expect(refusal(409, '{"title":"Conflict"}').message).toBe('Conflict')
    expect(refusal(502, '<html>').message).toBe('The server answered 502.')
    expect(refusal(500, 'null').message).toBe('The server answered 500.')
  })
})
