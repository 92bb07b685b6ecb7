import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

let source: Promise<string> | undefined

/** What axe finds wrong on the page, in one line each. */
export async function violations(page: Page): Promise<string[]> {
  return linesOf(await look(page))
}

/** What of that is serious or critical. */
export async function seriousViolations(page: Page): Promise<string[]> {
  return linesOf((await look(page)).filter(({ impact }) => impact === 'serious' || impact === 'critical'))
}

async function look(page: Page): Promise<AxeResults['violations']> {
  source ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(await source)
  return (await page.evaluate<AxeResults>('axe.run(document)')).violations
}

function linesOf(found: AxeResults['violations']): string[] {
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
}
