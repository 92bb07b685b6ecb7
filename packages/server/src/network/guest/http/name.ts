/** The URL as it may be shown to users: credentials are between the operator and the server. */
export function nameOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`.replace(/\/+$/, '')
}
