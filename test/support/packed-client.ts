import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { buildClient } from '../../packages/client/build.ts'
import { runProgram } from './program.ts'

export interface PackedClient extends AsyncDisposable {
  /** What is packed. */
  dist: string
  /** A project that has installed the tarball, and nothing else. */
  project: string
  /** Bundles a module of the project, named by its text, as Vite does for a page; returns the folder. */
  bundle(source: string): Promise<string>
}

/** Builds the client, packs it, and installs the tarball into an empty project. */
export async function packClient(): Promise<PackedClient> {
  const folder = await mkdtemp(join(tmpdir(), 'thole-client-'))
  const [dist, project] = [join(folder, 'dist'), join(folder, 'project')]
  await buildClient(dist)
  await runProgram('npm', ['pack', '--silent', dist, `--pack-destination=${folder}`])
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'))!
  await mkdir(project)
  await writeFile(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }')
  await runProgram('npm', ['install', '--silent', '--offline', '--no-audit', '--no-fund', `--prefix=${project}`, join(folder, tarball)])

  return {
    dist,
    project,
    async bundle(source) {
      const page = join(project, 'page')
      const outDir = join(project, 'bundled')
      await mkdir(page, { recursive: true })
      await writeFile(join(page, 'index.html'), '<!doctype html><title>page</title><script type="module" src="./main.js"></script>')
      await writeFile(join(page, 'main.js'), source)
      await build({ configFile: false, root: page, base: './', logLevel: 'error', build: { outDir, emptyOutDir: true, modulePreload: { polyfill: false } } })
      return outDir
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
