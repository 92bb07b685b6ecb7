import { DagError } from '@thole/dag'
import { expect, test } from 'vitest'
import { fault, toFault } from './faults.ts'

test('the message is filled from the data', () => {
  expect(fault('SCOPE_MISSING', { scope: 'upload' })).toMatchObject({ status: 403, retry: false, message: 'This key lacks the scope upload.' })
})

test('errors of the dag package keep their code and data', () => {
  const cause = new DagError('INVALID_CAR', { reason: 'it is empty' })
  expect(toFault(cause)).toMatchObject({ code: 'INVALID_CAR', status: 400, cause, message: 'Not a valid CAR: it is empty.' })
})

test('a full disk, an abort, and anything else', () => {
  expect(toFault(Object.assign(new Error('no space'), { code: 'ENOSPC' })).code).toBe('STORAGE_FULL')
  expect(toFault(new DOMException('gone', 'AbortError')).code).toBe('ABORTED')
  const unknown = toFault(new Error('secret path /etc/x'))
  expect(unknown.code).toBe('INTERNAL')
  expect(unknown.message).not.toContain('secret')
})

test('a fault stays the same object', () => {
  const found = fault('NOT_FOUND', { what: 'pin' })
  expect(toFault(found)).toBe(found)
})
