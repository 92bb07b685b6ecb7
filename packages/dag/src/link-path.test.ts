import fc from 'fast-check'
import { expect, it } from 'vitest'
import { joinPath, nameIn } from './link-path.ts'

it('joins names and never grows beyond its bound', () => {
  const names = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 9 })
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 40 }), (parts, max) => {
      const whole = parts.join('/')
      const joined = parts.reduce((path, name) => joinPath(path, name, max), '')
      if (whole.length <= max) {
        expect(joined).toBe(whole)
        return
      }
      expect(joined).toHaveLength(max)
      expect(joined.endsWith('…')).toBe(true)
      expect(joined.isWellFormed()).toBe(true)
      expect(whole.startsWith(joined.replace(/…+$/, ''))).toBe(true)
    }),
  )
})

it('decodes of a name what a path can show', () => {
  const name = Buffer.from('€'.repeat(1000))
  expect(joinPath('', nameIn(name, 0, name.length, 10), 10)).toBe('€€€€€€€€€…')
  expect(nameIn(name, 0, 9, 10)).toBe('€€€')
})
