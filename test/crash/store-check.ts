import type { Home } from './home.ts'

/** What `tholed store check` has to say beside the running server; nothing: all is well, but for ends that are known to be open. */
export async function checkStore(home: Home): Promise<string[]> {
  const { code, out, err } = await home.command(['store', 'check'])
  const isWell = code === 0 || (code === 1 && err === '' && tellsOpenEndsOnly(out, home.openEnded))
  return isWell ? [] : [`store check ended with ${code}: ${out}${err}`]
}

export async function hasStoreCheck(home: Home): Promise<boolean> {
  const { out, err } = await home.command(['help'])
  return `${out}${err}`.includes('store check')
}

/** The segments of which a server said that it left their end as it is: without their index nobody knows what of it was acknowledged. */
export function openEndedIn(written: string): string[] {
  const lines = written.split('\n').filter((line) => line.startsWith('{') && line.includes('the end of a segment cannot be read'))
  return lines.map((line) => (JSON.parse(line) as { segment: string }).segment)
}

/** Whether what `store check` printed has findings, and all of them are of these segments' ends. */
export function tellsOpenEndsOnly(out: string, openEnded: ReadonlySet<string>): boolean {
  const findings = out.split('\n').filter((line) => line !== '' && !line.startsWith('store check:'))
  const isKnown = (finding: string) => openEnded.has(/^store: (.+) at \d+: no frame can be read$/.exec(finding)?.[1] ?? '')
  return findings.length > 0 && findings.every(isKnown)
}
