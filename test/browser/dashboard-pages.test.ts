import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { violations } from '../support/axe.ts'
import { useDashboard } from '../support/dashboard.ts'
import { pagesBefore, pagesInside } from '../support/dashboard-paths.ts'

interface Shift extends PerformanceEntry {
  value: number
  hadRecentInput: boolean
}

describe.each([
  { size: 'phone', width: 360, height: 740, colorScheme: 'light' },
  { size: 'phone', width: 360, height: 740, colorScheme: 'dark' },
  { size: 'wide', width: 1400, height: 900, colorScheme: 'light' },
  { size: 'wide', width: 1400, height: 900, colorScheme: 'dark' },
] as const)('every page, $size, $colorScheme', ({ size, width, height, colorScheme }) => {
  const dashboard = useDashboard({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' })

  it('fits, stays where it is while it loads, and axe finds nothing', { timeout: 120_000 }, async () => {
    const { page, server, signIn, screenshot } = dashboard
    const problems: string[] = []
    await page.addInitScript(() => {
      const shifts: number[] = []
      Object.assign(window, { shifts })
      new PerformanceObserver((list) => {
        for (const shift of list.getEntries() as Shift[]) if (!shift.hadRecentInput) shifts.push(shift.value)
      }).observe({ type: 'layout-shift', buffered: true })
    })
    for (const path of pagesBefore) await look(path)
    await signIn('/files')
    await page.getByTestId('files').setInputFiles({ name: `${'a very long name '.repeat(8)}.txt`, mimeType: 'text/plain', buffer: Buffer.from(`for ${width}`) })
    await page.locator('li[data-state=stored]').waitFor()
    // Whoever has not signed in is led away from the second factor.
    for (const path of ['/enrol', ...pagesInside]) await look(path)

    expect(problems).toEqual([])

    async function look(path: string): Promise<void> {
      await page.goto(`${server.url}${path}`)
      await page.getByRole('heading', { level: 1 }).first().waitFor()
      await quiet(page)
      const { tooWide, shifted } = await page.evaluate(() => ({
        tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        shifted: (window as unknown as { shifts: number[] }).shifts.reduce((sum, one) => sum + one, 0),
      }))
      if (tooWide > 0) problems.push(`${path} is too wide by ${tooWide}`)
      if (shifted >= 0.01) problems.push(`${path} moves while it loads: ${shifted}`)
      problems.push(...(await violations(page)).map((found) => `${path}: ${found}`))
      await screenshot(`${path === '/' ? 'home' : path.slice(1).replaceAll('/', '-')}-${size}-${colorScheme}`)
    }
  })
})

/** Nothing is asked any more that the page waits for. */
async function quiet(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('[aria-label="Loading"]') === null)
  await page.waitForTimeout(300)
}
