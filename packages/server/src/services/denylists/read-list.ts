import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { parse } from 'yaml'
import { parseRule } from './rule.ts'
import type { Rules } from './rules.ts'

/** What was wrong with a list; the rest of it holds. */
export interface ListReport {
  name: string
  rules: number
  /** The first lines that are no rules, in words. */
  problems: string[]
}

const maxHeader = 1 << 20
const maxLine = 2 << 20
const maxProblems = 10
const linesATurn = 2000

/** Adds the rules of one file, compact denylist format v1. Throws where the file cannot be read, or its header is not valid. */
export async function readList(file: string, rules: Rules): Promise<ListReport> {
  const report: ListReport = { name: basename(file, '.deny'), rules: 0, problems: [] }
  const header = await readHeader(file)
  if (typeof header.fields.name === 'string' && header.fields.name !== '') report.name = header.fields.name
  const { hints } = header.fields
  rules.begin(report.name, typeof hints === 'object' && hints !== null ? (hints as Record<string, unknown>) : {})
  let line = 0
  for await (const text of linesOf(file)) {
    line++
    if (line <= header.lines) continue
    if (line % linesATurn === 0) await nextTurn()
    try {
      if (text.length > maxLine) throw new Error('the line is too long')
      const rule = parseRule(text)
      if (!rule) continue
      rules.add(rule, line)
      report.rules++
    } catch (error) {
      if (report.problems.length < maxProblems) report.problems.push(`line ${line}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return report
}

/** §Header: optional, and ends with a line `---` within the first MiB. */
async function readHeader(file: string): Promise<{ fields: Record<string, unknown>; lines: number }> {
  await using handle = await open(file)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxHeader), 0, maxHeader, 0)
  const lines = buffer.toString('utf8', 0, bytesRead).split('\n')
  const end = lines.findIndex((line) => line.trimEnd() === '---')
  if (end < 0) return { fields: {}, lines: 0 }
  const fields: unknown = parse(lines.slice(0, end).join('\n')) ?? {}
  if (typeof fields !== 'object') throw new Error('its header is not a map')
  const { version = 1 } = fields as { version?: unknown }
  if (version !== 1) throw new Error(`its format has version ${String(version)}; known here is 1`)
  return { fields: fields as Record<string, unknown>, lines: end + 1 }
}

/** Lines without their ends; of one that is too long only so much as shows it. */
async function* linesOf(file: string): AsyncGenerator<string> {
  await using handle = await open(file)
  let rest = ''
  for await (const chunk of handle.createReadStream({ encoding: 'utf8', highWaterMark: 1 << 18, autoClose: false }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    if (rest.length > maxLine) rest = rest.slice(0, maxLine + 1)
    yield* lines
  }
  if (rest !== '') yield rest
}
