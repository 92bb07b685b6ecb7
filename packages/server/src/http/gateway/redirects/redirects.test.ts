import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { findRule, withQuery } from './apply.ts'
import { maxRedirectsBytes, parseRedirects, type Rule } from './parse.ts'

const parse = (text: string) => parseRedirects(Buffer.from(text))
const led = (text: string, path: string) => {
  const match = findRule(parse(text), path)
  return match && `${match.rule.status} ${match.to}`
}

describe('a file', () => {
  test('has a rule a line, comments, blank lines, and line ends of both kinds', () => {
    const rules = parse('# first\r\n\r\n  /a   /b \r\n\t/c\t/d\t302\n   # indented\n/e /f 200')
    expect(rules.map(({ to, status }) => [to, status])).toEqual([['/b', 301], ['/d', 302], ['/f', 200]])
    expect(parse('')).toEqual([])
  })

  test.each([200, 301, 302, 303, 307, 308, 404, 410, 451])('may say %i', (status) => {
    expect(parse(`/a /b ${status}`)[0]?.status).toBe(status)
  })

  test.each([
    ['/a', 'from to'],
    ['/a /b 301 x', 'from to'],
    ['/a /b 301!', 'status 301! is not supported'],
    ['/a /b 418', 'status 418'],
    ['/a /b 0301', 'status 0301'],
    ['a /b', '"from" has to be a path'],
    ['https://a.example/* /b', '"from" has to be a path'],
    ['/a b', 'path or a URL'],
    ['/a javascript:alert(1)', 'path or a URL'],
    ['/a data:text/html,x', 'path or a URL'],
    ['/a https://', 'path or a URL'],
    ['/a https://b.example/ 200', '"to" has to be a path'],
    ['/a https://b.example/ 404', '"to" has to be a path'],
    ['/*/a /b', 'asterisk'],
    ['/a** /b', 'asterisk'],
    ['/:x/:y/:x /b', 'placeholder is there twice'],
    ['/:splat/* /b', 'placeholder beside'],
  ])('with "%s" is refused', (line, words) => {
    expect(() => parse(`/ok /ok\n${line}`)).toThrow(`line 2: `)
    expect(() => parse(line)).toThrow(words)
  })

  test('has 64 KiB at most, counted in bytes', () => {
    const line = `/a /${'ü'.repeat(10)}\n`
    const full = '#'.repeat(maxRedirectsBytes - Buffer.byteLength(line) - 1) + `\n${line}`
    expect(Buffer.byteLength(full)).toBe(maxRedirectsBytes)
    expect(parse(full)).toHaveLength(1)
    expect(() => parse(`#${full}`)).toThrow('redirects file size cannot exceed 65536 bytes')
  })

  test('is text', () => {
    expect(() => parseRedirects(Uint8Array.of(0x2f, 0xff))).toThrow('no text')
  })
})

describe('a rule', () => {
  test.each<[string, string, string | undefined]>([
    ['/a /b', '/a', '301 /b'],
    ['/a /b', '/a/', undefined],
    ['/a /b', '/x/a', undefined],
    ['/a /b', '/ab', undefined],
    ['/a /b', '/', undefined],
    ['/ /b', '/', '301 /b'],
    ['/a.c /b', '/abc', undefined],
    ['/old /b', '/some/old-archive', undefined],
    ['/a%20b /b', '/a%20b', '301 /b'],
    ['/ą /b', '/%C4%85', '301 /b'],
    ['/posts/:y/:m/:slug /articles/:y/:m/:slug', '/posts/2022/01/hello-world', '301 /articles/2022/01/hello-world'],
    ['/posts/:y /a/:y', '/posts/', undefined],
    ['/posts/:y /a/:y', '/posts/1/2', undefined],
    ['/:a/:ab /:ab/:a/:ab', '/1/2', '301 /2/1/2'],
    ['/:a /x?:a&b=:b', '/1', '301 /x?1&b=:b'],
    ['/:a https://b.example:8080/:a 302', '/1', '302 https://b.example:8080/1'],
    ['/s/* /t/:splat', '/s/a/b/', '301 /t/a/b/'],
    ['/s/* /t/:splat', '/s/', '301 /t/'],
    ['/s/* /t/:splat', '/s', undefined],
    ['/s* /t/:splat', '/stuff/x', '301 /t/tuff/x'],
    ['/* /index.html 200', '/any/thing', '200 /index.html'],
    ['/* /index.html 200', '/', '200 /index.html'],
    ['/:a/* /:a/:splat 303', '/x/y/z', '303 /x/y/z'],
    ['/a /one\n/a /two\n/* /three', '/a', '301 /one'],
    ['/a /ą', '/a', '301 /%C4%85'],
    ['/a ipns://b.example/x', '/a', '301 ipns://b.example/x'],
  ])('"%s" at %s: %s', (text, path, expected) => {
    expect(led(text, path)).toBe(expected)
  })

  test.each([
    ['/* /:splat', '//evil.example/x'],
    ['/* /:splat', '/%2Fevil.example'],
    ['/* /:splat', '/%5Cevil.example'],
    ['/* /:splat', '/%09/evil.example'],
    ['/:a /:a', '/%2F%2Fevil.example'],
    ['/* /:splat', '///evil.example'],
    ['/* https://user:splat@site.example/', '/.evil.example/x'],
    ['/* https://\\user:splat@site.example/', '/.evil.example/x'],
  ])('never makes another host of what a visitor wrote: "%s" at %s', (text, path) => {
    const { to } = findRule(parse(text), path)!
    expect(new URL(to, 'https://site.example/').host).toBe('site.example')
  })

  test('nothing that a visitor writes leads to another host, or breaks out of the header', () => {
    const rules = parse('/a/:x/* /b/:x?y=:splat\n/c/* https://b.example/:splat\n/:x /:x\n/* /:splat')
    fc.assert(
      fc.property(fc.oneof(fc.webPath(), fc.string({ unit: fc.constantFrom('/', '\\', '%', '2', 'F', 'f', '5', 'C', '0', 'A', 'D', ':', '.', '@', 'x', '*', '?', '#') }).map((text) => `/${text}`), fc.string().map((text) => `/${encodeURIComponent(text.toWellFormed())}`)), (path) => {
        const match = findRule(rules, path)
        if (match === undefined) return
        expect(match.to).toMatch(/^[\x21-\x7e]*$/)
        expect(['site.example', 'b.example']).toContain(new URL(match.to, 'https://site.example/').host)
        if (!path.startsWith('/c/')) expect(new URL(match.to, 'https://site.example/').host).toBe('site.example')
      }),
      { numRuns: 2000 },
    )
  })
})

test('a path is encoded for the rule that fits alone, however many have placeholders', () => {
  const rules = parse(`${'/:a/x /\n'.repeat(8000)}/:a/:b /:b`)
  const encode = vi.spyOn(globalThis, 'encodeURIComponent')
  expect(findRule(rules, `/${'%22'.repeat(5000)}/y`)?.to).toBe('/y')
  expect(encode).toHaveBeenCalledTimes(2)
  encode.mockRestore()
})

test('a short rule and a long path make no endless address', () => {
  const rules = parse(`/* /${':splat'.repeat(10_000)}`)
  expect(() => findRule(rules, `/${'x'.repeat(15_000)}`)).toThrow('longer than')
  expect(findRule(rules, '/x')?.to).toBe(`/${'x'.repeat(10_000)}`)
})

test('whatever is in a file, it is rules or an error', () => {
  const word = fc.oneof(fc.constantFrom('/', '/*', ':a', '/:a/:b', '*', '#', '200', '301!', 'https://a.example', '\r', '%', '%2'), fc.string({ maxLength: 8 }))
  fc.assert(
    fc.property(fc.array(fc.array(word, { maxLength: 4 }).map((words) => words.join(' ')), { maxLength: 6 }).map((lines) => lines.join('\n')), fc.webPath(), (text, path) => {
      let rules: Rule[]
      try {
        rules = parse(text.toWellFormed())
      } catch (error) {
        expect((error as Error).message).toMatch(/^line \d+: /)
        return
      }
      findRule(rules, path)
    }),
    { numRuns: 1000 },
  )
})

test.each([
  ['/t', '', '/t'],
  ['/t', 'a=1&b=2', '/t?a=1&b=2'],
  ['/t?a=0&c=3', 'a=1&a=2', '/t?c=3&a=1&a=2'],
  ['https://b.example/t?x=y#z', 'a=ä', 'https://b.example/t?x=y&a=%C3%A4#z'],
  ['/t#z', 'a', '/t?a=#z'],
])('%s with the query "%s" is %s', (to, query, expected) => {
  expect(withQuery(to, query)).toBe(expected)
})
