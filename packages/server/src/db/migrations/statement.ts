import type { Kind } from '../session.ts'

/** SQL that both databases read, or what one of them reads. */
export type Statement = string | Partial<Record<Kind, string>>

export function textsFor(kind: Kind, statements: readonly Statement[]): string[] {
  return statements.map((statement) => (typeof statement === 'string' ? statement : statement[kind])).filter((text) => text !== undefined)
}
