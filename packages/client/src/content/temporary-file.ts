import { changed } from './content.ts'
import type { Aside } from './keep-aside.ts'

/** The little of Node that is used where there is Node; nothing is imported, so that bundles for browsers have nothing of it. */
interface Handle {
  write(bytes: Uint8Array): Promise<{ bytesWritten: number }>
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
  close(): Promise<void>
}
interface Files {
  mkdtemp(prefix: string): Promise<string>
  open(path: string, flags: string, mode: number): Promise<Handle>
  rm(path: string, options: { recursive: boolean; force: boolean }): Promise<void>
}
interface MaybeNode {
  process?: { getBuiltinModule?(name: string): unknown }
}

/** A file that goes when it is let go, or with the process; undefined where there are no files. */
export async function temporaryFile(): Promise<Aside | undefined> {
  const { process } = globalThis as MaybeNode
  const files = process?.getBuiltinModule?.('node:fs/promises') as Files | undefined
  const system = process?.getBuiltinModule?.('node:os') as { tmpdir(): string } | undefined
  if (files === undefined || system === undefined) return undefined
  const folder = await files.mkdtemp(`${system.tmpdir()}/thole-put-`)
  const handle = await files.open(`${folder}/stream`, 'wx+', 0o600)
  // Without a name it is gone whenever this process ends, also when it is killed. Not every system lets an open file go.
  await files.rm(folder, { recursive: true, force: true }).catch(() => {})
  let size = 0
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes.subarray(at))).bytesWritten
      size += bytes.length
    },
    content: () => ({ size, read: (into, from) => readFully(handle, into, from) }),
    async close() {
      await handle.close()
      await files.rm(folder, { recursive: true, force: true })
    },
  }
}

/** @throws TholeError SOURCE_CHANGED where the file ends before */
export async function readFully(handle: Pick<Handle, 'read'>, into: Uint8Array, from: number): Promise<void> {
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await handle.read(into, at, into.length - at, from + at)
    if (bytesRead === 0) throw changed()
    at += bytesRead
  }
}
