import { join, relative } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safePath } from './safe-path.ts'

test('names stay below the folder', () => {
  expect(safePath('/out', 'a/b ü.txt')).toBe('/out/a/b ü.txt')
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom('..', '.', '', '/', 'a', '\\', '\0'), fc.string())), (parts) => {
      const found = safePath('/out/here', parts.join('/'))
      if (found !== undefined) expect(relative('/out/here', found)).toBe(join(...parts.join('/').split('/')))
      if (found !== undefined) expect(relative('/out/here', found).startsWith('..' + '/')).toBe(false)
    }),
  )
})

test.each(['..', '../x', 'a/../../x', '/etc/passwd', 'a//b', 'a/./b', '', 'a\0b', 'a\\b', 'x'.repeat(256)])('%j leads nowhere', (path) => {
  expect(safePath('/out', path)).toBeUndefined()
})
