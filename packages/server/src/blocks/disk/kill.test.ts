import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { expectStored, store } from '../block-store.contract.ts'
import { block } from '../testing/numbered-blocks.ts'
import { openDiskStore } from './open.ts'
import { segmentsIn, testFolders } from './testing/folders.ts'

const newFolder = testFolders()

type Child = ChildProcessByStdio<null, Readable, null>

async function startEndless(folder: string, from: number): Promise<{ child: Child; acknowledged(): number[] }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'testing/endless.ts'), folder, String(from)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  await once(child.stdout, 'data')
  return { child, acknowledged: () => out.split('\n').slice(0, -1).map(Number) }
}

async function kill(child: Child): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'close')
}

test('kill -9 in the middle of writing, again and again: what was acknowledged is there', async () => {
  const folder = await newFolder()
  const all: number[] = []
  for (let round = 0; round < 6; round++) {
    const { child, acknowledged } = await startEndless(folder, round * 1_000_000)
    await sleep(30 + Math.random() * 120)
    await kill(child)
    all.push(...acknowledged())
    const disk = await openDiskStore({ folder, segmentBytes: 200_000 })
    await expectStored(disk, all.map(block))
    await disk.close()
  }
  expect(all.length).toBeGreaterThan(500)
  expect((await segmentsIn(folder)).length).toBeGreaterThan(1)
})

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
