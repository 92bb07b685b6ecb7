import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'

const web = join(import.meta.dirname, '../packages/web')
const maxBytes = 200_000
const maxLines = 200

it(`loads less than ${maxBytes} bytes, as gzip has them, before the first page is there`, async () => {
  const page = await readFile(join(web, 'dist/index.html'), 'utf8')
  const named = [...page.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path!)
  expect(named.length).toBeGreaterThan(1)
  let bytes = gzipSync(page).length
  for (const path of named) bytes += gzipSync(await readFile(join(web, 'dist', path))).length
  expect(bytes).toBeLessThan(maxBytes)
})

it('has nothing inline, which its content security policy forbids', async () => {
  const page = await readFile(join(web, 'dist/index.html'), 'utf8')
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=/)
})

it(`has no file of more than ${maxLines} lines, and so no component`, async () => {
  const names = (await readdir(join(web, 'src'), { recursive: true })).filter((name) => /\.tsx?$/.test(name))
  expect(names.length).toBeGreaterThan(50)
  for (const name of names) expect([name, (await readFile(join(web, 'src', name), 'utf8')).split('\n').length <= maxLines]).toEqual([name, true])
})

it('asks for nothing again and again by itself', async () => {
  const names = (await readdir(join(web, 'src'), { recursive: true })).filter((name) => /\.tsx?$/.test(name))
  for (const name of names) expect([name, /refetchInterval|setInterval\(/.test(await readFile(join(web, 'src', name), 'utf8'))]).toEqual([name, false])
})
