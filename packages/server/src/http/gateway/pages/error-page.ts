import type { Fault } from '../../../kernel/faults.ts'
import type { Reply } from '../../reply.ts'
import { currentRequest } from '../../requests.ts'
import type { Address } from '../address.ts'
import { decodePath } from '../content-path.ts'
import { escapeHtml } from './html.ts'
import { reportLink } from './listing-links.ts'
import { pageEnd, pageHead, pagePolicy } from './page.ts'
import { type GatewayRequest, headerOf } from '../request.ts'

/** What a person may see of a refusal. */
export interface Refused {
  request: GatewayRequest
  /** undefined where the URL names nothing of the gateway. */
  address?: Address
  /** undefined where a reply refuses by itself. */
  fault?: Fault
}

/** A refusal as a page, for browsers; programs get the words alone. */
export function forPeople(reply: Reply, refused: Refused): Reply {
  const { status, headers, body } = reply
  const isRefusal = status >= 400 && typeof body === 'string' && headers['content-type']?.startsWith('text/plain')
  if (!isRefusal) return reply
  const vary = { vary: 'Accept' }
  if (!/\btext\/html\b/i.test(headerOf(refused.request, 'accept'))) return { ...reply, headers: { ...headers, ...vary } }
  const page = errorPage(status, body.trim(), refused)
  const described = { 'content-type': 'text/html; charset=utf-8', 'content-length': String(Buffer.byteLength(page)), 'content-security-policy': pagePolicy() }
  return { ...reply, headers: { ...headers, ...vary, ...described }, body: page }
}

const titles: Readonly<Record<number, string>> = {
  400: 'This address is not valid',
  401: 'Please sign in',
  403: 'Not allowed',
  404: 'Not found here',
  405: 'Not possible here',
  406: 'Not available in this form',
  410: 'Blocked here',
  416: 'There is no such part',
  429: 'Too many requests',
  451: 'Blocked for legal reasons',
  501: 'Not possible yet',
  502: 'Another server failed',
  503: 'Not at the moment',
  504: 'It could not be fetched in time',
}

function errorPage(status: number, words: string, refused: Refused): string {
  const { request, address } = refused
  const title = titles[status] ?? (status >= 500 ? 'Something failed here' : 'This did not work')
  const asked = address === undefined ? request.path : contentPath(address)
  return `${pageHead(`${status} ${title}`)}<header><h1>${title}</h1></header>
<main><div class="card"><p>${escapeHtml(words)}</p>
<p class="soft">Asked for: <code translate="no">${escapeHtml(shortened(asked))}</code></p>
${advice(status, refused)}</div></main>
<footer class="bar"><span>Error ${status}${requestWords()}</span>${address ? reportLink({ address, request }) : ''}</footer>
${pageEnd}`
}

/** By which the log knows it. */
function requestWords(): string {
  const id = currentRequest()?.id
  return id === undefined ? '' : ` · request <code translate="no">${escapeHtml(id)}</code>`
}

/** What to do next. */
function advice(status: number, { request, address, fault }: Refused): string {
  if (status === 401) return '<p><a href="/">Sign in</a>, and come back.</p>'
  if (status === 410 || status === 451) return '<p>Whoever runs this server does not give it away. If you think that this is a mistake, tell them by the link below, with the rule that is named above.</p>'
  if (fault?.code === 'INTERNAL') return '<p>Try again in a minute. If it stays so, tell whoever runs this server the number above.</p>'
  if (status >= 500 || status === 429) return '<p>Try again in a minute.</p>'
  if (fault?.code !== 'NOT_FOUND' || address === undefined) return ''
  // A block that is not stored, or a name that no directory has.
  if (fault.data.what === undefined) return above(address)
  return address.namespace === 'ipfs' ? pinIt(request, address) : ''
}

function above(address: Address): string {
  const up = `${rootPath(address)}${address.rest.replace(/\/[^/]+\/*$/, '/')}`
  return `<p>See what is in <a href="${escapeHtml(up)}">the folder above</a>, or begin at <a href="${escapeHtml(`${rootPath(address)}/`)}">the root</a>.</p>`
}

function pinIt(request: GatewayRequest, { id, parent }: Address): string {
  const server = `${request.secure ? 'https' : 'http'}://${parent ?? request.host}`
  const cid = id.replace(/[^0-9A-Za-z]/g, '')
  return `<p>It is not stored on this server. Whoever has a key can have it fetched and kept here; once it is <em>pinned</em>, this address works.</p>
<h2>Pin it</h2>
<pre translate="no">curl -X POST ${escapeHtml(server)}/psa/pins \\
  -H 'Authorization: Bearer YOUR_KEY' \\
  -H 'Content-Type: application/json' \\
  -d '{"cid":"${cid}"}'</pre>
<p>or with Kubo, to which this server was added as a pinning service:</p>
<pre translate="no">ipfs pin remote add --service=SERVICE ${cid}</pre>`
}

function rootPath({ style, namespace, id, mount = '' }: Address): string {
  return style === 'path' ? `${mount}/${namespace}/${id}` : ''
}

function contentPath({ namespace, id, rest }: Address): string {
  const path = `/${namespace}/${id}`
  try {
    return [path, ...decodePath(rest)].join('/')
  } catch {
    return path + rest
  }
}

const maxShown = 1_000

function shortened(text: string): string {
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text
}
