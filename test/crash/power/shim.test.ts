import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../support/program.ts'
import { unsynced } from './journal.ts'

let data: string

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'thole-shim-'))
  await mkdir(join(data, 'blocks'))
})
afterEach(() => rm(data, { recursive: true }))

/** Runs a program below the shim, in a process of its own, and tells which of its changes a power cut may take back. */
async function changesOf(program: string) {
  const script = `
    import { installShim } from ${JSON.stringify(join(import.meta.dirname, 'shim.ts'))}
    const shim = await installShim()
    const files = await import('node:fs/promises')
    const [open, writev, fdatasync, fsync, ftruncate, close] = await import('node:fs').then((fs) => ['open', 'writev', 'fdatasync', 'fsync', 'ftruncate', 'close'].map((name) => {
      return (...args) => new Promise((done, fail) => fs[name](...args, (error, result) => (error ? fail(error) : done(result))))
    }))
    shim.activate({ THOLE_DATA: ${JSON.stringify(data)}, CRASH_JOURNAL: ${JSON.stringify(join(data, 'journal'))} })
    const at = (name) => ${JSON.stringify(join(data, 'blocks'))} + (name && '/' + name)
    ${program}`
  await runProgram(process.execPath, ['--input-type=module', '-e', script])
  const changes = unsynced(await readFile(join(data, 'journal'), 'utf8'))
  return changes.map((change) => (change.is === 'write' ? `write ${change.at}+${change.length}` : change.is === 'cut' ? `cut ${change.size} to ${change.to}` : change.is))
}

test('callbacks: written and synced, and written only', async () => {
  const made = `const fd = await open(at('a'), 'wx+'); await writev(fd, [Buffer.from('head'), Buffer.from('er')], 0);`
  expect(await changesOf(made)).toEqual(['new', 'write 0+6'])
  await rm(join(data, 'blocks/a'))
  await rm(join(data, 'journal'))
  const kept = `${made} await fdatasync(fd); const folder = await open(at(''), 'r'); await fsync(folder); await close(folder);`
  expect(await changesOf(`${kept} await writev(fd, [Buffer.from('body')], 6); await ftruncate(fd, 7)`)).toEqual(['write 6+4', 'cut 10 to 7'])
})

test('promises: handles, whole files, names', async () => {
  const changes = await changesOf(`
    const file = await files.open(at('a'), 'w')
    await file.write(Buffer.from('xhellox'), 1, 5, 0)
    await file.datasync()
    await file.write(Buffer.from('!'), 0, 1, 5)
    await file.close()
    await files.writeFile(at('b.new'), 'whole')
    await files.rename(at('b.new'), at('b'))
    await files.rm(at('a'))`)
  expect(changes).toEqual(['new', 'write 5+1', 'new', 'write 0+5', 'rename', 'unlink'])
})

test('a whole file that is flushed is kept', async () => {
  const write = (options: string) => `await files.writeFile(at('key'), 'secret', ${options})`
  expect(await changesOf(write('{ mode: 0o600, flush: true }'))).toEqual(['new'])
  await rm(join(data, 'blocks/key'))
  await rm(join(data, 'journal'))
  expect(await changesOf(write('{ mode: 0o600 }'))).toEqual(['new', 'write 0+6'])
})

test('a medium without room takes a part, then nothing; with room again it takes all', async () => {
  const changes = await changesOf(`
    const fd = await open(at('a'), 'wx+')
    shim.tell({ room: 4 })
    const first = await writev(fd, [Buffer.from('123456')], 0)
    const second = await writev(fd, [Buffer.from('56')], 4).catch((error) => error.code)
    const file = await files.open(at('b'), 'w')
    const third = await file.write(Buffer.from('1')).catch((error) => error.code)
    if (first !== 4 || second !== 'ENOSPC' || third !== 'ENOSPC') throw new Error([first, second, third].join())
    shim.tell({ room: null })
    await writev(fd, [Buffer.from('56')], 4)`)
  expect((await stat(join(data, 'blocks/a'))).size).toBe(6)
  expect(changes.filter((change) => change.startsWith('write'))).toContain('write 4+2')
})

test('what lies elsewhere, and the lock, are nobody\'s business', async () => {
  expect(await changesOf(`await files.writeFile(at('store.pid'), '1'); const fd = await open(${JSON.stringify(join(data, 'x'))}, 'w'); await writev(fd, [Buffer.from('1')], 0)`)).toEqual([])
})
