import { createHash } from 'node:crypto'
import { type BlockSource, isLeaf, listDirectory, type ListedLink } from '@thole/dag'
import { bytesInWords, count } from '../../../kernel/words.ts'
import { encodePath } from '../content-path.ts'
import { fileKind, type FileKind } from './file-kind.ts'
import { escapeHtml } from './html.ts'
import { icon, iconSprite } from './icons.ts'
import { breadcrumbs, reportLink, toCid } from './listing-links.ts'
import { lookVersion, pageEnd, pageHead } from './page.ts'
import { publicPath, type Target } from '../target.ts'

/** Changes the tag of every listing; count up when the markup changes. */
const markupVersion = 4
const version = createHash('sha256').update(`${markupVersion}${lookVersion}`).digest('hex').slice(0, 8)

export function listingTag({ entry }: Target): string {
  return `"DirIndex-${version}_CID-${entry.cid}"`
}

/** Rows are sent in pieces of about this many characters. */
const pieceLength = 16_384
/** Rows of a group, which a browser lays out when it comes into sight; the look knows how high that is. */
const groupRows = 100
/** Images up to this size are shown beside their names. */
const maxPreview = 4 << 20

/** The page of a directory, row by row; children are not read. After `maxEntries` it says so and ends. */
export async function* listing(source: BlockSource, target: Target, maxEntries: number): AsyncIterable<Uint8Array> {
  const { entry, request } = target
  const path = publicPath(target)
  let piece = head(target, path)
  let rows = 0
  let bytes = 0
  for await (const link of listDirectory(source, entry, { limit: maxEntries + 1, signal: request.signal })) {
    if (++rows > maxEntries) break
    bytes += link.tsize
    if (rows > 1 && rows % groupRows === 1) piece += '</tbody><tbody>'
    piece += row(target, path, link)
    if (piece.length < pieceLength) continue
    yield Buffer.from(piece)
    piece = ''
  }
  const all = rows > maxEntries ? `Only the first ${count(maxEntries, 'entry', 'entries')} are listed.` : `${count(rows, 'entry', 'entries')}, ${bytesInWords(bytes)}`
  yield Buffer.from(`${piece}</tbody></table></div></main>\n<footer class="bar"><span>${all}</span>${reportLink(target)}</footer>\n${pageEnd}`)
}

function head(target: Target, path: string): string {
  const { names, address, entry } = target
  const shown = `/${[address.namespace, address.id, ...names].join('/')}`
  const parent = names.length === 0 ? '' : `<tr><td class="name">${icon('folder')}<a href="${path}/..">..</a></td><td class="kind"></td><td class="size"></td><td class="hash"></td></tr>\n`
  return `${pageHead(`Index of ${shown}`)}${iconSprite}<header><h1>Index of ${breadcrumbs(target)}</h1>
<div class="bar"><span class="ipfs-hash" translate="no">${entry.cid}</span>${downloads(target)}</div></header>
<main><div class="card list"><table><thead><tr><th scope="col" class="name">Name</th><th scope="col" class="kind">Type</th><th scope="col" class="size">Size</th><th scope="col" class="hash">CID</th></tr></thead><tbody>
${parent}`
}

function downloads({ address, names }: Target): string {
  const name = encodeURIComponent(names.at(-1) ?? address.id)
  const link = (format: string) => `<a href="?format=${format}&amp;filename=${name}.${format}" rel="nofollow">${format.toUpperCase()}</a>`
  return `<span>Download as ${link('tar')} or ${link('car')}</span>`
}

function row(target: Target, path: string, { name, cid, tsize }: ListedLink): string {
  const text = cid.toString()
  const href = `${path}${encodePath([name])}`
  const kind = fileKind(name)
  return `<tr><td class="name">${sign(kind, href, tsize, isLeaf(cid) || name.includes('.'))}<a href="${href}">${escapeHtml(name)}</a></td>\
<td class="kind">${kind?.words ?? (isLeaf(cid) ? 'File' : '')}</td>\
<td class="size">${bytesInWords(tsize)}</td>\
<td class="hash"><a class="ipfs-hash" translate="no" ${toCid(target, text, name)}>${text.slice(0, 6)}…${text.slice(-6)}</a></td></tr>\n`
}

/** What has no telling name is a file where it cannot have children, or looks like one. */
function sign(kind: FileKind | undefined, href: string, bytes: number, isFile: boolean): string {
  if (kind?.isPreviewed && bytes <= maxPreview) return `<img class="icon" src="${href}" alt="" loading="lazy" decoding="async">`
  return icon(kind?.icon ?? (isFile ? 'file' : 'folder'))
}
