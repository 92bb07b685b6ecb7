/** Every collection of specs that the suite knows, which together are every spec, also those that it would leave out by itself. */
const everySpec = 'trustless-gateway,path-gateway,subdomain-gateway,dnslink-gateway,redirects-file,proxy-gateway'

/** What chooses the specs, where these arguments of the suite do not. */
export function specs(args: readonly string[]): string[] {
  return valueOf(args, ['specs']) === undefined ? ['--specs', everySpec] : []
}

/** Where these arguments have the suite write its report. */
export function reportFile(args: readonly string[]): string | undefined {
  return valueOf(args, ['json-output', 'json', 'j'])
}

/** The suite takes one or two dashes, and the value behind a space or an equals sign; what follows `--` is not for it. */
function valueOf(args: readonly string[], names: readonly string[]): string | undefined {
  const end = args.indexOf('--')
  const own = end < 0 ? args : args.slice(0, end)
  for (const [at, arg] of own.entries()) {
    const [, name, value] = /^--?([a-z-]+)(?:=(.*))?$/s.exec(arg) ?? []
    if (name !== undefined && names.includes(name)) return value ?? own[at + 1]
  }
  return undefined
}
