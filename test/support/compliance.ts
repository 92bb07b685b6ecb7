import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { client } from './api.ts'
import { clientsFolder } from './pinning-clients.ts'

export interface Verdict {
  total: number
  passed: number
  /** Titles of the checks that failed. */
  red: string[]
}

const suite = join(clientsFolder, 'node_modules/@ipfs-shipyard/pinning-service-compliance/dist')

/** The newest Node 20 on PATH: what the suite was written for. */
export const node20 = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node')).find((program) => existsSync(program) && majorOf(program) === 20)

/**
 * Runs the compliance suite of the pinning API. Its exit code says nothing and it may leave checks out, so that the verdict is its
 * report, which it names after the host: each run at the same time needs a host of its own.
 */
export async function runCompliance(endpoint: string, token: string, node = process.execPath): Promise<Verdict> {
  const host = new URL(endpoint).hostname
  const report = (ending: string) => join(suite, 'docs', `${host}.${ending}`)
  await mkdir(join(suite, 'docs'), { recursive: true })
  for (const ending of ['json', 'md']) await rm(report(ending), { force: true })
  const preload = join(clientsFolder, 'compliance-preload.mjs')
  const child = spawn(node, ['--import', preload, join(suite, 'src/index.js'), '-s', endpoint, token], { cwd: clientsFolder, stdio: ['ignore', 'pipe', 'pipe'] })
  let written = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (written = (written + text.toString()).slice(-10_000)))
  await once(child, 'close')
  const counts = await readFile(report('json'), 'utf8').catch(() => Promise.reject(new Error(`the suite left no report:\n${written}`)))
  const { total, passed } = JSON.parse(counts) as Verdict
  const summary = /## Summary[^]*?(?=\n#)/.exec(await readFile(report('md'), 'utf8'))?.[0] ?? ''
  return { total, passed, red: [...summary.matchAll(/^ *❌ \[?(.+?)(?:\]\(.*)?$/gm)].map(([, title]) => title!) }
}

/** Stores what the suite will pin; the preload foretells it. Nothing is pinned by this. */
export async function storeComplianceContents(url: string, key: string): Promise<void> {
  for (let i = 1; i <= 64; i++) {
    const { status } = await client(url, key).upload(`900100,${i}`, '/api/v1/uploads?pin=false')
    if (status !== 201) throw new Error(`an upload was answered with ${status}`)
  }
}

function majorOf(program: string): number {
  return Number(spawnSync(program, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout?.split('.')[0])
}
