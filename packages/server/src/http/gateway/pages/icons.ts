/** Drawn here, so that a page loads nothing. */
const shapes = {
  folder: 'M2 4.5A1.5 1.5 0 0 1 3.5 3h3l1.5 2h4.5A1.5 1.5 0 0 1 14 6.5v5a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 2 11.5z',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  text: 'M4 2h5l3 3v9H4zM9 2v3h3M6 8h4M6 10.5h4',
  image: 'M2.5 3h11v10h-11zM2.5 11l3.5-3.5 3 3 1.5-1.5 3 3M10.5 6h.01',
  audio: 'M6 12V3.5l6-1V11M6 12a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0zM12 11a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0z',
  video: 'M2.5 3.5h11v9h-11zM6.5 6v4l3.5-2z',
  archive: 'M3 3h10v3H3zM4 6h8v7.5H4zM7 8.5h2',
} as const

export type Icon = keyof typeof shapes

/** To be put on the page once, before the first icon. */
export const iconSprite = `<svg class="sprite" aria-hidden="true">${Object.entries(shapes).map(symbol).join('')}</svg>\n`

export function icon(name: Icon): string {
  return `<svg class="icon" aria-hidden="true"><use href="#i-${name}"/></svg>`
}

function symbol([name, path]: [string, string]): string {
  return `<symbol id="i-${name}" viewBox="0 0 16 16"><path d="${path}" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" stroke-linecap="round"/></symbol>`
}
