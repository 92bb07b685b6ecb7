import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { expectStored, store } from '../testing/store.ts'
import { block } from '../testing/numbered-blocks.ts'
import { openDiskStore } from './open.ts'
import { segmentsIn, testFolders } from './testing/folders.ts'

const newFolder = testFolders()

type Child = ChildProcessByStdio<null, Readable, null>
const children: Child[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

async function startEndless(folder: string, from: number, kept: number[] = []): Promise<{ child: Child; acknowledged(): number[] }> {
  const toKeep = join(folder, 'kept')
  await writeFile(toKeep, kept.join('\n'))
  const child = spawn(process.execPath, [join(import.meta.dirname, 'testing/endless.ts'), folder, String(from), toKeep], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  let out = ''
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  await once(child.stdout, 'data')
  return { child, acknowledged: () => out.split('\n').slice(0, -1).map(Number) }
}

async function kill(child: Child): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'close')
}

test('kill -9 in the middle of writing and reclaiming, again and again: what was acknowledged is there', async () => {
  const folder = await newFolder()
  const all: number[] = []
  for (let round = 0; round < 6; round++) {
    const { child, acknowledged } = await startEndless(folder, round * 1_000_000, all)
    await vi.waitUntil(() => acknowledged().length > 90, { timeout: 20_000 })
    await sleep(Math.random() * 200)
    await kill(child)
    all.push(...acknowledged())
    const disk = await openDiskStore({ folder, segmentBytes: 200_000 })
    await expectStored(disk, all.map(block))
    for await (const { problems } of disk.check()) expect(problems).toEqual([])
    expect((await disk.stats()).damaged).toBe(0)
    await disk.close()
  }
  expect(all.length).toBeGreaterThan(500)
  expect((await segmentsIn(folder)).length).toBeGreaterThan(1)
}, 60_000)

test('one process at a time: a second one is told who has the folder; with the death of the first it is free', async () => {
  const folder = await newFolder()
  const { child } = await startEndless(folder, 0)
  await expect(openDiskStore({ folder })).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(`process ${child.pid}.`) })
  await kill(child)
  const disk = await openDiskStore({ folder })
  await expect(openDiskStore({ folder })).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(`process ${process.pid}.`) })
  await store(disk, [block(7)])
  await expectStored(disk, [block(7)])
  await disk.close()
  await (await openDiskStore({ folder })).close()
})
