import { access, constants, readFile, stat, statfs } from 'node:fs/promises'
import type { Config } from '../../config/config.ts'
import { bytesInWords } from '../../kernel/words.ts'
import { bad, ok, warn, type Finding } from './finding.ts'

/** A server with peers and readers opens so many at once, and segments beside. */
const enoughFiles = 4096

/** Folders, disk and limits of this machine. */
export async function* examineMachine({ dataFolder, blocks }: Config): AsyncGenerator<Finding> {
  yield await folder('data folder', dataFolder, 'THOLE_DATA')
  if ('folder' in blocks) yield await folder('blocks folder', blocks.folder, 'THOLE_BLOCKS')
  yield await disk('folder' in blocks ? blocks.folder : dataFolder, dataFolder, blocks.minFree)
  yield await openFiles()
}

async function folder(check: string, path: string, variable: string): Promise<Finding> {
  const found = await stat(path).catch(() => undefined)
  if (!found) return warn(check, `${path} is not there`, `the server makes it at its first start; where there was one, ${variable} names another folder or a disk is not mounted`)
  const me = process.getuid?.()
  if (me !== undefined && found.uid !== me && me !== 0) return bad(check, `${path} belongs to user ${found.uid}, and this is ${me}`, `run this as the user of the server, or "chown -R" the folder to it`)
  const isWritable = await access(path, constants.R_OK | constants.W_OK | constants.X_OK).then(() => true, () => false)
  if (!isWritable) return bad(check, `${path} cannot be written`, 'give its owner rights to read, write and enter it; in systemd it belongs into ReadWritePaths')
  if (check === 'data folder' && found.mode & 0o077) return warn(check, `${path} may be entered by others (mode ${(found.mode & 0o777).toString(8)})`, `chmod 700 ${path}: it has keys and what people stored`)
  return ok(check, path)
}

async function disk(path: string, fallback: string, minFree: number): Promise<Finding> {
  const { bavail, bsize } = await statfs(path).catch(() => statfs(fallback)).catch(() => ({ bavail: NaN, bsize: 1 }))
  const free = bavail * bsize
  if (Number.isNaN(free)) return warn('free disk', 'it cannot be told before there is a data folder', 'start the server once')
  const words = `${bytesInWords(free)} free, of which ${bytesInWords(minFree)} are left alone (THOLE_MIN_FREE)`
  if (free <= minFree) return bad('free disk', words, 'uploads are refused: delete uploads and let a reclaim run, or give the disk more room')
  return free < 4 * minFree ? warn('free disk', words, 'uploads will soon be refused: plan for more room') : ok('free disk', words)
}

/** proc(5); elsewhere nothing is said. */
async function openFiles(): Promise<Finding> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(limits) ?? []
  if (soft === undefined) return ok('open files', 'this system does not tell its limit')
  return soft === 'unlimited' || Number(soft) >= enoughFiles ? ok('open files', `at most ${soft}`) : warn('open files', `at most ${soft}`, `allow ${enoughFiles * 16}: LimitNOFILE in systemd, "ulimit -n" in a shell`)
}
