import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type InlineConfig, type Plugin } from 'vite'

const here = import.meta.dirname
const source = join(here, 'src')

/** Builds the package as it is published into a folder: JavaScript without dependencies, types, and a package.json for `npm pack`. */
export async function buildClient(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  const shared = { outDir: folder, emptyOutDir: false }
  await build(library({ ...shared, entry: { index: join(source, 'index.ts') } }))
  await build(library({ ...shared, entry: { worker: join(source, 'plan/worker.ts') } }))
  await build(library({ ...shared, entry: { node: join(source, 'node.ts') } }))
  await build(program(join(folder, 'cli')))
  writeTypes(folder)
  writePackage(folder)
}

function library({ outDir, emptyOutDir, entry }: { outDir: string; emptyOutDir: boolean; entry: Record<string, string> }): InlineConfig {
  return {
    configFile: false,
    root: here,
    logLevel: 'warn',
    plugins: [workerBeside()],
    // One build for both: what browsers have, Node has too.
    resolve: { conditions: ['browser', 'import', 'module', 'default'] },
    build: {
      outDir,
      emptyOutDir,
      lib: { entry, formats: ['es'] },
      rolldownOptions: { external: [/^node:/], output: { entryFileNames: '[name].js', chunkFileNames: '[name].js', minify: true } },
    },
  }
}

/** The command `thole`, with all that it needs; what reads buckets is a file of its own, loaded by who imports from one. */
function program(outDir: string): InlineConfig {
  return {
    configFile: false,
    root: here,
    logLevel: 'warn',
    ssr: { noExternal: true, target: 'node' },
    build: {
      outDir,
      emptyOutDir: false,
      ssr: join(source, 'cli/thole.ts'),
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: '[name].js', chunkFileNames: '[name].js', banner: ({ isEntry }) => (isEntry ? '#!/usr/bin/env node' : ''), minify: true } },
    },
  }
}

const marked = '__worker_beside__'

/** Leaves the address of the worker as it is written, for the bundler of whoever uses the package. */
function workerBeside(): Plugin {
  const written = "new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })"
  return {
    name: 'worker-beside',
    enforce: 'pre',
    transform: (code) => (code.includes(written) ? code.replace(written, `${marked}()`) : null),
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk') chunk.code = chunk.code.replace(`${marked}()`, written)
    },
  }
}

/** The declarations that the two entries lead to: they name nothing of other packages. */
function writeTypes(folder: string): void {
  const aside = mkdtempSync(join(folder, 'types-'))
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.build.json'), '--outDir', aside], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the types cannot be written:\n${stdout}`)
  const from = [join(aside, 'client/src'), join(aside, 'src'), aside].find((place) => existsSync(join(place, 'index.d.ts')))!
  const waiting = ['index', 'node']
  const done = new Set<string>()
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (done.has(name)) continue
    done.add(name)
    const text = readFileSync(join(from, `${name}.d.ts`), 'utf8')
    for (const [, target] of text.matchAll(/'(\.\.?\/[^']+)\.ts'/g)) waiting.push(relative(from, join(from, dirname(name), target!)))
    const to = join(folder, `${name}.d.ts`)
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, text.replaceAll(/'(\.\.?\/[^']+)\.ts'/g, "'$1.js'"))
  }
  rmSync(aside, { recursive: true })
}

function writePackage(folder: string): void {
  const { name, version, description, license } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')) as Record<string, string>
  const entry = (file: string) => ({ types: `./${file}.d.ts`, default: `./${file}.js` })
  const published = { name, version, description, license, type: 'module', sideEffects: ['./worker.js'], exports: { '.': entry('index'), './node': entry('node'), './worker.js': './worker.js' }, bin: { thole: './cli/thole.js' }, engines: { node: '>=20.16' }, types: './index.d.ts' }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
  copyFileSync(join(here, '../../LICENSE'), join(folder, 'LICENSE'))
  cpSync(join(here, '../../docs/client.md'), join(folder, 'README.md'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildClient(process.argv[2] ?? join(here, 'dist'))
