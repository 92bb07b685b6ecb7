import { count } from '../../kernel/words.ts'
import type { DagDamage } from '../../ports/db/index.ts'

/** What is being done about the damage of a DAG, and what its owner can do. */
export function repairWords({ reason }: DagDamage): string {
  return `${reason ?? 'It waits for its turn to be fetched again.'} Uploading the same content again repairs it at once.`
}

/** All of it in one text, for those who have no fields for it. */
export function damageWords(damage: DagDamage): string {
  const { blocks, first } = damage
  const where = first[0] && ` (first: ${first[0].cid} at "/${first[0].path}")`
  return `Damaged: ${count(blocks, 'block')} cannot be read${where ?? ''} and ${blocks === 1 ? 'is' : 'are'} kept out of use until repaired. ${repairWords(damage)}`
}
