import type { Block } from '@thole/dag'
import { block as blockOf } from './blocks.ts'

/** The same block for the same number, in every process. */
export function block(number: number): Block {
  return blockOf(`block ${number} `.repeat(1 + (number % 300)))
}
