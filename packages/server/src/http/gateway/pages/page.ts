import { createHash } from 'node:crypto'
import { escapeHtml } from './html.ts'

/** One look for every page that is generated here. Colours are the dashboard's. */
const style = `
:root { color-scheme: light dark; --page: light-dark(#f5f7f8, #0e1416); --card: light-dark(#fff, #161e21); --well: light-dark(#eef2f3, #1e282c); --line: light-dark(#d9e0e3, #2c393e);
  --ink: light-dark(#14211f, #e8eef0); --soft: light-dark(#53636a, #9fb0b7); --brand: light-dark(#0b7285, #4cc9dc) }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, 'Segoe UI', 'Open Sans', 'DejaVu Sans', sans-serif }
header, main, footer { margin: 0 auto; max-width: 64rem; padding: 0 1rem }
header { padding-top: 2rem }
main { padding-block: 1.25rem }
footer { padding-bottom: 2rem; color: var(--soft); font-size: .875rem }
h1 { margin: 0; font-size: 1.125rem; font-weight: 600; overflow-wrap: anywhere }
h2 { margin: 1.5rem 0 .5rem; font-size: 1rem }
p { margin: .5rem 0; overflow-wrap: anywhere }
a { color: var(--brand); text-decoration: none }
a:hover, a:focus-visible, p a, .bar a { text-decoration: underline; text-underline-offset: .15em }
:focus-visible { outline: 2px solid var(--brand); outline-offset: 2px }
code, pre, .ipfs-hash { font: .85rem ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere }
pre { margin: .5rem 0; padding: .75rem 1rem; border-radius: .5rem; background: var(--well); white-space: pre-wrap }
.soft, .ipfs-hash { color: var(--soft) }
.card { padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card) }
.bar { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: .5rem; align-items: baseline; font-size: .875rem }
table, thead, tbody { display: block; font-size: .95rem }
tbody:not(:last-child) { content-visibility: auto; contain-intrinsic-size: auto 356.25rem }
.list { padding: .25rem 0; overflow: hidden }
tr { display: grid; grid-template-columns: minmax(0, 1fr) 8rem 6rem 10rem; align-items: center }
tbody tr { min-height: 3.5625rem; border-top: 1px solid var(--line) }
tbody tr:hover { background: var(--well) }
th { padding: .5rem .75rem; color: var(--soft); font-size: .8rem; font-weight: 500; text-align: left; white-space: nowrap }
td { padding: .5rem .75rem; overflow-wrap: anywhere }
.name { position: relative; padding-left: 4.5rem }
.icon { position: absolute; left: 1rem; top: 50%; width: 2.75rem; height: 2.75rem; margin-top: -1.375rem; border-radius: .375rem; object-fit: cover }
svg.icon { padding: .625rem; color: var(--soft) }
.sprite { position: absolute; width: 0; height: 0 }
.kind { color: var(--soft); white-space: nowrap }
.size { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft) }
.hash { padding-right: 1rem; text-align: right; white-space: nowrap }
label { display: block; margin: 1rem 0 .25rem; font-weight: 500 }
input, select, textarea { width: 100%; padding: .5rem .75rem; border: 1px solid var(--soft); border-radius: .5rem; background: var(--card); color: inherit; font: inherit }
textarea { min-height: 8rem; resize: vertical }
button { margin-top: 1.25rem; padding: .5rem 1.25rem; border: 0; border-radius: .5rem; background: var(--brand); color: light-dark(#fff, #06262c); font: inherit; font-weight: 500; cursor: pointer }
.aside { margin-top: 1.25rem }
@media (max-width: 44rem) { .hash, .kind { display: none } tr { grid-template-columns: minmax(0, 1fr) 6rem } header { padding-top: 1.25rem } .name { padding-left: 4rem } .icon { left: .625rem } }
`

const styleHash = createHash('sha256').update(style).digest('base64')

/** Changes with the look. */
export const lookVersion = styleHash.slice(0, 8)

/** Nothing but this one style, and images of this origin, may load on a generated page; nothing runs. `form`: it has one. */
export function pagePolicy({ form = false } = {}): string {
  return `default-src 'none'; style-src 'sha256-${styleHash}'; img-src 'self'; base-uri 'none'; form-action ${form ? "'self'" : "'none'"}`
}

/** Up to the body's first element. `title` is text. */
export function pageHead(title: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>
`
}

export const pageEnd = '</body></html>\n'
