import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sparticuz from '@sparticuz/chromium'
import { chromium, type Browser } from 'playwright-core'

export interface OpenBrowser {
  browser: Browser
  close(): Promise<void>
}

const args = [
  '--no-sandbox', // Chromium refuses its sandbox to root, which CI often is.
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** A headless Chromium, with more options where given: the one of THOLE_CHROMIUM, or the one inside of an npm package. */
export async function launchBrowser(more: readonly string[] = []): Promise<OpenBrowser> {
  const executablePath = process.env.THOLE_CHROMIUM || (await unpackChromium())
  const browser = await chromium.launch({ executablePath, args: [...args, ...more], headless: true })
  return { browser, close: () => browser.close() }
}

/**
 * Unpacks once for all test processes. The package itself unpacks to the temporary folder and takes a
 * half-written file of another process for the whole; so each process unpacks aside and one rename wins.
 */
async function unpackChromium(): Promise<string> {
  const home = cacheFolder()
  const executable = join(home, 'chromium')
  if (existsSync(executable)) return executable
  await mkdir(dirname(home), { recursive: true })
  const aside = await mkdtemp(`${home}-`)
  const before = process.env.TMPDIR
  process.env.TMPDIR = aside
  try {
    await sparticuz.executablePath()
    await rename(aside, home)
  } catch (error) {
    await rm(aside, { recursive: true, force: true })
    if (!existsSync(executable)) throw error
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  return executable
}

/** Inside node_modules, so that it goes when the package does. */
function cacheFolder(): string {
  const { version } = createRequire(import.meta.url)(packageJson()) as { version: string }
  return fileURLToPath(new URL(`../../node_modules/.cache/chromium-${version}`, import.meta.url))
}

function packageJson(): string {
  return join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..', 'package.json')
}
