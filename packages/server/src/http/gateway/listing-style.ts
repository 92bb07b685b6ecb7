import { createHash } from 'node:crypto'

export const listingStyle = `
:root { color-scheme: light dark; --ink: #1c2024; --dim: #60646c; --line: #e4e5e9; --link: #0d5bd7; --hover: #f5f6f8; --paper: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #edeef0; --dim: #a0a4ab; --line: #2f3237; --link: #7fb2ff; --hover: #1c1f23; --paper: #121417 }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
h1 { margin: 0 0 1.5rem; font-size: 1.1rem; font-weight: 600; overflow-wrap: anywhere }
a { color: var(--link); text-decoration: none }
a:hover, a:focus-visible { text-decoration: underline }
table { width: 100%; border-collapse: collapse; font-size: .95rem }
th { padding: .35rem .5rem; color: var(--dim); font-size: .8rem; font-weight: 500; text-align: left }
td { padding: .35rem .5rem; border-top: 1px solid var(--line); overflow-wrap: anywhere }
tr:hover td { background: var(--hover) }
.size { width: 7rem; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--dim) }
.hash { width: 10rem; text-align: right; white-space: nowrap }
.ipfs-hash { color: var(--dim); font: .85rem ui-monospace, monospace; overflow-wrap: anywhere }
p { color: var(--dim) }
@media (max-width: 36rem) { .hash { display: none } .size { width: 5.5rem } }
`

/** Nothing but this one style may load or run on a generated page, on any host. */
export const listingPolicy = [
  `default-src 'none'`,
  `style-src 'sha256-${createHash('sha256').update(listingStyle).digest('base64')}'`,
  `base-uri 'none'`,
  `form-action 'none'`,
].join('; ')
