import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runProgram } from './program.ts'

/** Other people's clients: an npm project of its own, which only the tests that need them install. */
export interface Clients {
  folder: string
  /** Why the suites are skipped, or undefined where they run. In CI they are never skipped. */
  missing: string | undefined
}

/** Installs what the lockfile of `test/{name}` names, once, without running anybody's scripts. */
export async function installClients(name: string): Promise<Clients> {
  const folder = join(import.meta.dirname, '..', name)
  const stampFile = join(folder, 'node_modules/.thole-stamp')
  const stamp = createHash('sha256').update(readFileSync(join(folder, 'package-lock.json'))).digest('hex')
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return { folder, missing: undefined }
  try {
    await runProgram('npm', ['ci', '--ignore-scripts', '--loglevel=error', `--prefix=${folder}`])
    writeFileSync(stampFile, stamp)
    return { folder, missing: undefined }
  } catch (error) {
    const missing = `what test/${name} needs could not be installed: ${String(error).replaceAll(/\s+/g, ' ').slice(0, 300)}`
    if (process.env.CI) throw new Error(missing)
    return { folder, missing }
  }
}
