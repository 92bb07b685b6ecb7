import { expect, test } from 'vitest'
import { grants, grantWords, hasGrant, usualScopes, withGrant } from './grants.ts'

const [pinning, upload] = grants

test('a service group is all of its scopes', () => {
  expect(hasGrant(['pins:read', 'pins:write'], pinning)).toBe(true)
  expect(hasGrant(['pins:read'], pinning)).toBe(false)
  expect(withGrant(['gateway'], pinning, true)).toEqual(['pins:read', 'pins:write', 'gateway'])
  expect(withGrant(['pins:read', 'upload'], upload, false)).toEqual(['pins:read'])
})

test('says what a key may do', () => {
  expect(grantWords(usualScopes)).toBe('Everything but admin')
  expect(grantWords([...usualScopes, 'admin'])).toBe('Everything, as admin')
  expect(grantWords(['pins:write', 'pins:read'])).toBe('Pinning')
  expect(grantWords(['pins:read', 'upload', 'gateway'])).toBe('Upload, gateway and reading pins')
  expect(grantWords(['later:scope'])).toBe('Later:scope')
})
