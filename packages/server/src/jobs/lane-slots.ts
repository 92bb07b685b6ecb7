/** What holds a slot, or asks for one: whose turn it takes, and whether it was tried before (1) or not (0). */
export interface Slot {
  lane: string
  rank: number
}

/** What is tried again has at most this share of all slots: what was never tried does not wait for it. */
const triedShare = 1 / 4

/**
 * Who may have a free slot. A lane may hold fewer than are free then, so that some are left for whoever comes next: one lane alone
 * has half of them, the second a quarter. Those that are admitted hold theirs.
 */
export function laneSlots(total: number, held: Iterable<Slot>): (lane: string, rank: number) => boolean {
  const holds = new Map<string, number>()
  let free = total
  let tried = 0
  const take = ({ lane, rank }: Slot) => {
    holds.set(lane, (holds.get(lane) ?? 0) + 1)
    free--
    if (rank > 0) tried++
  }
  for (const slot of held) take(slot)
  return (lane, rank) => {
    if ((holds.get(lane) ?? 0) >= free || (rank > 0 && tried >= Math.max(1, total * triedShare))) return false
    take({ lane, rank })
    return true
  }
}

/**
 * Where no slot is free: which of these, had since `before`, is to give way to one of the lanes that wait; of the lane that holds most, the
 * one that was had for longest. None where they all hold as few as those.
 */
export function whoGivesWay<T extends Slot & { since: number }>(held: readonly T[], waiting: readonly string[], before: number): T | undefined {
  const holds = new Map<string, number>()
  for (const { lane } of held) holds.set(lane, (holds.get(lane) ?? 0) + 1)
  const fewest = Math.min(...waiting.map((lane) => holds.get(lane) ?? 0))
  const rich = held.filter(({ lane, since }) => holds.get(lane)! > fewest && since <= before)
  return rich.toSorted((a, b) => holds.get(b.lane)! - holds.get(a.lane)! || a.since - b.since)[0]
}
