import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { setRoom, take } from './room.ts'
import { watch, type Watch } from './watch.ts'

type Call = (...args: any[]) => any

/**
 * Wraps the calls of `node:fs` that change files, before the server's code takes hold of them: those with a callback or a promise, as
 * servers use them. Until it is activated they pass through.
 */
export async function installShim() {
  let watching: Watch | undefined
  const calls = fs as unknown as Record<string, Call>
  const promised = fs.promises as unknown as Record<string, Call>
  const handle = await fs.promises.open('/dev/null')
  const handles = Object.getPrototypeOf(handle) as Record<string, Call>
  await handle.close()

  const lengthOf = (data: unknown): number => (Array.isArray(data) ? data.reduce((sum: number, part: Uint8Array) => sum + part.byteLength, 0) : Buffer.byteLength(data as Uint8Array))

  /** While something is watched, `around` has the call and its arguments. */
  const wrap = (on: Record<string, Call>, name: string, around: (call: Call, self: unknown, args: any[]) => unknown) => {
    const call = on[name]!
    on[name] = function (this: unknown, ...args: any[]) {
      return watching ? around((...given) => call.apply(this, given), this, args) : call.apply(this, args)
    }
  }
  /** The same arguments, with a callback that first calls `done` where there was no error. */
  const before = (args: any[], done?: (result: any) => void) => {
    const callback = args.at(-1) as Call
    return [...args.slice(0, -1), (error: unknown, ...result: unknown[]) => {
      if (!error) done?.(result[0])
      callback(error, ...result)
    }]
  }
  const isNew = (path: string) => !fs.existsSync(path)

  wrap(calls, 'open', (call, _self, args) => {
    if (!watching!.isWatched(args[0])) return call(...args)
    const path: string = args[0]
    const fresh = isNew(path)
    return call(...before(args, (fd: number) => watching!.opened(fd, path, fresh && !isNew(path))))
  })
  wrap(calls, 'close', (call, _self, args) => {
    watching!.closed(args[0])
    return call(...args)
  })
  for (const name of ['write', 'writev']) {
    wrap(calls, name, (call, _self, args) => {
      const [fd, data] = args as [number, Uint8Array | Uint8Array[]]
      const at = name === 'writev' ? args[2] : typeof args[4] === 'number' ? args[4] : null
      const length = name === 'write' && typeof args[3] === 'number' ? args[3] : lengthOf(data)
      const done = watching!.write(fd, length, typeof at === 'number' ? at : null)
      if (!done) return call(...args)
      const allowed = take(length)
      if (allowed === length) return call(...before(args, done))
      return writeSome(fd, data, typeof at === 'number' ? at : null, allowed, before(args, done).at(-1) as Call)
    })
  }
  wrap(calls, 'ftruncate', (call, _self, args) => call(...before(args, watching!.cut(args[0], typeof args[1] === 'number' ? args[1] : 0))))
  for (const name of ['fsync', 'fdatasync']) wrap(calls, name, (call, _self, args) => call(...before(args, watching!.sync(args[0]))))

  wrap(calls, 'rename', (call, _self, args) => call(...before(args, watching!.rename(args[0], args[1]))))
  for (const name of ['rm', 'unlink']) wrap(calls, name, (call, _self, args) => call(...before(args, watching!.unlink(args[0]))))

  wrap(promised, 'open', async (call, _self, args) => {
    if (!watching!.isWatched(args[0])) return call(...args)
    const fresh = isNew(args[0])
    const opened = (await call(...args)) as fs.promises.FileHandle
    const { fd } = opened
    watching!.opened(fd, args[0], fresh)
    // A property of each handle, not of what they have in common.
    const close = opened.close.bind(opened)
    opened.close = () => {
      watching?.closed(fd)
      return close()
    }
    return opened
  })
  wrap(promised, 'writeFile', async (call, _self, args) => {
    if (!watching!.isWatched(args[0])) return call(...args)
    const opened = await fs.promises.open(args[0], 'w')
    try {
      await opened.writeFile(args[1], args[2])
      // Of a handle, `writeFile` does not know this option.
      if (args[2]?.flush) await opened.sync()
    } finally {
      await opened.close()
    }
  })
  wrap(promised, 'rename', async (call, _self, args) => {
    const done = watching!.rename(args[0], args[1])
    await call(...args)
    done?.()
  })
  // `rm` comes by the callback call.
  wrap(promised, 'unlink', async (call, _self, args) => {
    const done = watching!.unlink(args[0])
    await call(...args)
    done?.()
  })

  for (const name of ['write', 'writev', 'writeFile', 'appendFile']) {
    wrap(handles, name, async (call, self, args) => {
      const length = name === 'write' && typeof args[2] === 'number' ? args[2] : lengthOf(args[0])
      const at = name === 'write' ? args[3] : name === 'writev' ? args[1] : null
      const done = watching!.write((self as fs.promises.FileHandle).fd, length, typeof at === 'number' ? at : null)
      if (done && take(length) < length) throw noSpace()
      const result: unknown = await call(...args)
      done?.()
      return result
    })
  }
  wrap(handles, 'truncate', async (call, self, args) => {
    const done = watching!.cut((self as fs.promises.FileHandle).fd, args[0] ?? 0)
    await call(...args)
    done?.()
  })
  for (const name of ['sync', 'datasync']) {
    wrap(handles, name, async (call, self, args) => {
      const done = watching!.sync((self as fs.promises.FileHandle).fd)
      await call(...args)
      done?.()
    })
  }
  syncBuiltinESMExports()

  return {
    activate({ THOLE_DATA, CRASH_JOURNAL }: Record<string, string>) {
      if (THOLE_DATA && CRASH_JOURNAL) watching = watch(`${THOLE_DATA}/blocks`, CRASH_JOURNAL)
    },
    tell(message: { room?: number | null }) {
      if (message.room !== undefined) setRoom(message.room ?? Infinity)
    },
  }
}

/** As a medium does that has room for a part alone. */
function writeSome(fd: number, data: Uint8Array | Uint8Array[], at: number | null, length: number, callback: Call): void {
  if (length === 0) return void process.nextTick(callback, noSpace())
  const bytes = Buffer.concat(Array.isArray(data) ? data : [data]).subarray(0, length)
  const written = fs.writeSync(fd, bytes, 0, length, at)
  process.nextTick(callback, null, written, data)
}

function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28, syscall: 'write' })
}
