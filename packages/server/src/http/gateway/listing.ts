import { createHash } from 'node:crypto'
import { type BlockSource, listDirectory, type ListedLink } from '@thole/dag'
import { bytesInWords, count } from '../../kernel/words.ts'
import { encodePath } from './content-path.ts'
import { escapeHtml } from './html.ts'
import { listingStyle } from './listing-style.ts'
import { publicPath, type Target } from './target.ts'

/** Changes the tag of every listing; count up when the markup changes. */
const markupVersion = 1
const version = createHash('sha256').update(`${markupVersion}${listingStyle}`).digest('hex').slice(0, 8)

export function listingTag({ entry }: Target): string {
  return `"DirIndex-${version}_CID-${entry.cid}"`
}

/** Rows are sent in pieces of about this many characters. */
const pieceLength = 16_384

/** The page of a directory, row by row; children are not read. After `maxEntries` it says so and ends. */
export async function* listing(source: BlockSource, target: Target, maxEntries: number): AsyncIterable<Uint8Array> {
  const { entry, request } = target
  let piece = head(target)
  let rows = 0
  for await (const link of listDirectory(source, entry, { limit: maxEntries + 1, signal: request.signal })) {
    if (++rows > maxEntries) break
    piece += row(target, link)
    if (piece.length < pieceLength) continue
    yield Buffer.from(piece)
    piece = ''
  }
  const cut = rows > maxEntries ? `<p>Only the first ${count(maxEntries, 'entry', 'entries')} are listed.</p>\n` : ''
  yield Buffer.from(`${piece}</tbody></table>\n${cut}</body></html>\n`)
}

function head(target: Target): string {
  const { names, address, entry } = target
  const title = escapeHtml(`/ipfs/${[address.id, ...names].join('/')}`)
  const parent = names.length === 0 ? '' : `<tr><td><a href="${publicPath({ ...target, names: names.slice(0, -1) })}/">..</a></td><td></td><td></td></tr>\n`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Index of ${title}</title><style>${listingStyle}</style></head>
<body><h1>Index of ${breadcrumbs(target)}</h1>
${names.length === 0 ? '' : `<p class="ipfs-hash" translate="no">${entry.cid}</p>`}
<table><thead><tr><th>Name</th><th class="size">Size</th><th class="hash">CID</th></tr></thead><tbody>
${parent}`
}

function breadcrumbs(target: Target): string {
  const crumbs = [target.address.id, ...target.names].map((name, depth) => {
    const path = publicPath({ ...target, names: target.names.slice(0, depth) })
    return `<a href="${escapeHtml(path)}/">${escapeHtml(name)}</a>`
  })
  return `/ipfs/${crumbs.join('/')}`
}

function row(target: Target, { name, cid, tsize }: ListedLink): string {
  const text = cid.toString()
  const own = target.address.style === 'path' ? '' : `//${escapeHtml(target.address.parent ?? '')}`
  return `<tr><td><a href="${publicPath(target)}${encodePath([name])}">${escapeHtml(name)}</a></td>\
<td class="size">${bytesInWords(tsize)}</td>\
<td class="hash"><a class="ipfs-hash" translate="no" href="${own}/ipfs/${text}?filename=${encodeURIComponent(name)}">${text.slice(0, 6)}…${text.slice(-6)}</a></td></tr>\n`
}
