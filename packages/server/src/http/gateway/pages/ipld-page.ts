import { createHash } from 'node:crypto'
import { DagError, decodeValue } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { bytesInWords } from '../../../kernel/words.ts'
import type { Reply } from '../../reply.ts'
import { notModified } from '../content.ts'
import { isKnown } from '../etag.ts'
import { escapeHtml } from './html.ts'
import { breadcrumbs, reportLink, toCid } from './listing-links.ts'
import { lookVersion, pageEnd, pageHead, pagePolicy } from './page.ts'
import { headerOf } from '../request.ts'
import { generatedCache, publicPath, type Target, targetHeaders } from '../target.ts'

/** Changes the tag of every page; count up when the markup changes. */
const markupVersion = 1
const version = createHash('sha256').update(`${markupVersion}${lookVersion}`).digest('hex').slice(0, 8)

/** What is larger is not shown, since decoding it takes a while; it can still be downloaded. */
const maxBytes = 128 << 10
const limits = { maxItems: 10_000, maxJsonBytes: maxBytes }

/** A block of dag-json or dag-cbor for people: its value, with links that lead on. */
export function ipldPage(target: Target, formats: readonly string[]): Reply {
  const { request, entry } = target
  const etag = `"DagIndex-${version}_CID-${entry.cid}"`
  const headers = { ...targetHeaders(target), ...generatedCache(target), 'content-security-policy': pagePolicy() }
  if (isKnown(headerOf(request, 'if-none-match'), etag)) return notModified(etag, headers)
  return { status: 200, headers: { ...headers, etag, 'content-type': 'text/html; charset=utf-8' }, body: page(target, formats) }
}

function page(target: Target, formats: readonly string[]): string {
  const { entry } = target
  const path = publicPath(target)
  const forms = ['raw', 'car', ...formats].map((format) => `<a href="${path || '/'}?format=${format}">${format}</a>`)
  return `${pageHead(String(entry.cid))}<header><h1>${breadcrumbs(target)}</h1>
<div class="bar"><span class="ipfs-hash" translate="no">${entry.cid}</span><span>${bytesInWords(entry.bytes.length)}, as ${forms.join(', ')}</span></div></header>
<main><div class="card">${valueOf(target)}</div></main>
<footer class="bar">${reportLink(target)}</footer>
${pageEnd}`
}

function valueOf(target: Target): string {
  const { cid, bytes } = target.entry
  try {
    if (bytes.length <= maxBytes) return `<pre translate="no">${shown(target, decodeValue(cid, bytes, limits))}</pre>`
  } catch (error) {
    if (!(error instanceof DagError && error.code === 'DAG_LIMIT')) throw error
  }
  return '<p>It is too large to be shown.</p>'
}

/** What is still to be written: text as it is, or a value. */
type Part = string | { value: unknown; depth: number }

/** As JSON, with each link as an anchor. Iterative, since users choose how deep values nest. */
function shown(target: Target, root: unknown): string {
  const stack: Part[] = [{ value: root, depth: 0 }]
  let text = ''
  for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
    if (typeof part === 'string') text += part
    else stack.push(...partsOf(target, part).reverse())
  }
  return text
}

const maxIndent = 40

function partsOf(target: Target, { value, depth }: Exclude<Part, string>): Part[] {
  if (value instanceof CID) return [`<a ${toCid(target, value.toString())}>${value}</a>`]
  if (value instanceof Uint8Array) return [`<em>${bytesInWords(value.length)}</em>`]
  if (typeof value !== 'object' || value === null) return [escapeHtml(typeof value === 'bigint' ? String(value) : JSON.stringify(value))]
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const entries = Object.entries(value)
  if (entries.length === 0) return [`${open}${close}`]
  const indent = '  '.repeat(Math.min(depth, maxIndent))
  const children = entries.flatMap(([key, child], i): Part[] => [
    `${i > 0 ? ',' : ''}\n${indent}  ${Array.isArray(value) ? '' : `${escapeHtml(JSON.stringify(key))}: `}`,
    { value: child, depth: depth + 1 },
  ])
  return [open!, ...children, `\n${indent}${close}`]
}
