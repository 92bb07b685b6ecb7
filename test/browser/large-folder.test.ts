import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Thole } from '../../packages/client/src/index.ts'
import { eventually, useDashboard } from '../support/dashboard.ts'

const dashboard = useDashboard()
const { signIn, drop, transfer } = dashboard

const names = Array.from({ length: 10_000 }, (_, i) => `${String(i).padStart(5, '0')}.txt`)

it('a folder of 10,000 files is uploaded and listed in full, of which a page lays out what is in sight', { timeout: 120_000 }, async () => {
  const { page, server, folder, browser } = dashboard
  await mkdir(join(folder, 'many'))
  for (let at = 0; at < names.length; at += 500) await Promise.all(names.slice(at, at + 500).map((name) => writeFile(join(folder, 'many', name), `this is ${name}`)))
  await signIn('/files')
  await drop(join(folder, 'many'))
  await expect.poll(() => transfer('many').getAttribute('data-state'), { timeout: 60_000 }).toBe('stored')
  const cid = (await transfer('many').getByTestId('cid').textContent())!
  await page.locator(`[data-file][data-cid="${cid}"]`).getByRole('button', { name: 'many', exact: true }).click()
  const details = page.getByRole('dialog', { name: 'many' })
  await eventually(() => details.textContent()).toMatch(/10,\d+ blocks/)
  const listing = await browser.newPage()
  await listing.goto((await details.getByRole('link', { name: 'Open many' }).getAttribute('href'))!)
  expect((await listing.locator('td.name a').allTextContents()).sort()).toEqual(names)
  expect(await listing.evaluate(rowsLaidOut)).toBeLessThan(1_000)
  await listing.getByRole('link', { name: names[9_000] }).scrollIntoViewIfNeeded()
  expect(await listing.evaluate(rowsLaidOut)).toBeLessThan(1_000)

  const got = await new Thole({ url: server.url, key: await server.createKey() }).get(cid)
  if (got.kind !== 'directory') throw new Error(`a ${got.kind}`)
  const listed: string[] = []
  for await (const { name } of got.entries()) listed.push(name)
  expect(listed.sort()).toEqual(names)
})

/** Runs in the page. */
function rowsLaidOut(): number {
  return [...document.querySelectorAll('tbody tr')].filter((row) => row.checkVisibility({ contentVisibilityAuto: true })).length
}
