const browsers = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari'], ['curl/', 'curl'], ['node', 'Node']] as const
const systems = [['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Mac OS X', 'Mac'], ['Windows', 'Windows'], ['Linux', 'Linux']] as const

/** What a `User-Agent` header is, in a word or two. */
export function deviceName(agent: string | undefined): string {
  const find = (list: readonly (readonly [string, string])[]) => list.find(([mark]) => agent?.includes(mark))?.[1]
  const [browser, system] = [find(browsers), find(systems)]
  return [browser, system].filter((word) => word !== undefined).join(' on ') || 'An unknown browser'
}
