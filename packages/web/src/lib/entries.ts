import type { Picked } from './plan.ts'

/** More than this in one drop is work for a CAR: the browser would hold a row for each. */
export const maxFiles = 20_000

/** The browser is asked for so many together. */
const filesAtOnce = 100

/**
 * Every file of a drop, folders included. Call it in the event handler itself: the browser empties the
 * transfer as soon as the handler returns, so the entries are taken before the first wait.
 */
export async function readDrop(transfer: DataTransfer, onFound: (number: number) => void): Promise<Picked[]> {
  const files = [...transfer.files]
  const open = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null).reverse()
  // A drop that another program's script made has files but no entries.
  const picked: Picked[] = open.length > 0 ? [] : files.map((file) => ({ path: file.name, file }))
  while (open.length > 0) {
    const next = open.splice(-filesAtOnce).reverse()
    const files = next.filter((entry) => !isDirectory(entry)) as FileSystemFileEntry[]
    picked.push(...(await Promise.all(files.map(async (entry) => ({ path: entry.fullPath.replace(/^\/+/, ''), file: await fileOf(entry) })))))
    onFound(picked.length)
    for (const inside of await Promise.all(next.filter(isDirectory).map(children))) open.push(...inside.reverse())
    if (picked.length + open.length > maxFiles) throw tooMany()
  }
  return picked
}

export function readInput(files: FileList): Picked[] {
  if (files.length > maxFiles) throw tooMany()
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }))
}

function tooMany(): Error {
  return new Error(`More than ${maxFiles.toLocaleString('en')} files at once. Pack them as a CAR (“ipfs-car pack folder”), or send them in parts.`)
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

/** readEntries gives at most a hundred at a time, and none at the end. */
async function children(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (batch.length === 0) return all
    all.push(...batch)
    if (all.length > maxFiles) throw tooMany()
  }
}
