import { readdir, readFile } from 'node:fs/promises'

/** Process ids of the children of a process whose title begins so. Linux only: reads /proc. */
export async function childrenOf(parent: number, title: string): Promise<number[]> {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    // proc(5): after the name in parentheses come state and parent.
    const [state, itsParent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(itsParent) === parent && state !== 'Z' && commandLine.startsWith(title)) found.push(pid)
  }
  return found
}
