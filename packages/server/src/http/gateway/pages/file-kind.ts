import type { Icon } from './icons.ts'
import { typeByName } from '../media-types.ts'

/** What people call a file, by its name alone. */
export interface FileKind {
  /** 'PNG image' */
  words: string
  icon: Icon
  /** Browsers show it as an image. */
  isPreviewed: boolean
}

const archives = new Set('application/zip application/gzip application/x-bzip2 application/x-xz application/zstd application/x-7z-compressed application/vnd.rar application/x-tar application/vnd.ipld.car'.split(' '))
const documents = new Set(['application/pdf', 'application/rtf', 'application/epub+zip'])
const previewed = new Set('image/png image/apng image/jpeg image/gif image/webp image/avif image/svg+xml image/bmp image/vnd.microsoft.icon'.split(' '))

/** By extension; there are as many as the table of types has. */
const kinds = new Map<string, FileKind>()

/** undefined where the name tells nothing. */
export function fileKind(name: string): FileKind | undefined {
  const type = typeByName(name)
  if (type === undefined) return undefined
  const extension = name.slice(name.lastIndexOf('.') + 1).toUpperCase()
  let kind = kinds.get(extension)
  if (kind === undefined) kinds.set(extension, (kind = kindOf(type.split(';', 1)[0]!, extension)))
  return kind
}

function kindOf(type: string, extension: string): FileKind {
  const family = type.split('/', 1)[0]!
  const as = (noun: string, icon: Icon) => ({ words: extension === 'TXT' ? 'Text' : `${extension} ${noun}`, icon, isPreviewed: previewed.has(type) })
  if (family === 'image' || family === 'audio' || family === 'video') return as(family, family)
  if (archives.has(type)) return as('archive', 'archive')
  if (family === 'font') return as('font', 'text')
  if (type === 'text/html') return as('page', 'text')
  return family === 'text' || documents.has(type) ? as('document', 'text') : as('file', 'file')
}
