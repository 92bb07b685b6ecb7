import { reportLimits } from '../../../domain/moderation/index.ts'
import { escapeHtml } from './html.ts'
import { pageEnd, pageHead } from './page.ts'

export interface AbusePage {
  /** What the form says already. */
  written?: Partial<Record<'path' | 'kind' | 'words' | 'contact', string>>
  /** Whom to write to instead. */
  contact?: string
  /** The report is kept. */
  done?: boolean
  /** Why it is not. */
  refusal?: string
}

export function abusePage({ written = {}, contact, done, refusal }: AbusePage): string {
  return `${pageHead('Report abuse')}<header><h1>Report abuse</h1></header>
<main><div class="card">${done ? thanks : body(written, refusal)}${whom(contact)}</div></main>
${pageEnd}`
}

const thanks = '<p>Thank you. Your report waits for the people who run this server.</p>'

const kinds = { illegal: 'It is illegal', copyright: 'It infringes my rights', malware: 'It harms computers, or pretends to be another site', other: 'Something else' }

function body({ path = '', kind, words = '', contact = '' }: NonNullable<AbusePage['written']>, refusal: string | undefined): string {
  const text = (name: keyof typeof reportLimits, value: string) => `maxlength="${reportLimits[name]}" value="${escapeHtml(value.slice(0, reportLimits[name]))}"`
  const options = Object.entries(kinds).map(([value, label]) => `<option value="${value}"${value === kind ? ' selected' : ''}>${label}</option>`)
  return `${refusal === undefined ? '' : `<p role="alert"><strong>It was not sent.</strong> ${escapeHtml(refusal)}</p>`}
<p>Is there something on this server that should not be? Tell the people who run it. They can stop giving it away here; other servers of the IPFS network may still have it.</p>
<form method="post" action="/abuse">
<label for="path">Which content</label><input id="path" name="path" required ${text('path', path)} autocomplete="off" spellcheck="false">
<label for="kind">What is wrong with it</label><select id="kind" name="kind">${options.join('')}</select>
<label for="words">In your words</label><textarea id="words" name="words" maxlength="${reportLimits.words}">\n${escapeHtml(words)}</textarea>
<label for="contact">How to reach you <span class="soft">(may stay empty)</span></label><input id="contact" name="contact" ${text('contact', contact)} autocomplete="email">
<button>Send</button>
</form>`
}

function whom(contact: string | undefined): string {
  if (contact === undefined) return ''
  const href = /^https?:/.test(contact) ? contact : `mailto:${contact}`
  return `<p class="aside">You can also write to <a href="${escapeHtml(href)}">${escapeHtml(contact)}</a>.</p>`
}
