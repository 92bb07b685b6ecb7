import type { Room, Writer } from '../../ports/db/index.ts'

/** What one upload may take, and has taken. */
export interface UploadRoom extends AsyncDisposable {
  /** Waits until there is room for so much in all. Fault QUOTA_EXCEEDED. */
  demand(bytes: number, blocks: number): Promise<void> | void
  /**
   * Part of the transaction that writes the upload, when all else of it is written: gives back what was taken. Fault QUOTA_EXCEEDED where the
   * account has come to hold too much.
   */
  settle(w: Writer): Promise<void>
  /** That transaction is committed. */
  committed(): void
}

/** For accounts without limits: nothing is looked at. */
export const boundless: UploadRoom = {
  demand() {},
  async settle() {},
  committed() {},
  async [Symbol.asyncDispose]() {},
}

const mebi = 1 << 20
/** What is taken at first where nobody said how much comes, and by how much that grows at most at a time. */
const first: Room = { bytes: mebi, blocks: 256 }
const most: Room = { bytes: 64 * mebi, blocks: 65_536 }

/** Takes at least this, and up to that where there is room, all of the upload counted. Fault QUOTA_EXCEEDED. */
export type TakeRoom = (least: Room, wanted: Room) => Promise<Room>

/** Takes room in steps that grow, so that what streams in seldom waits for the database. */
export async function takeInSteps(take: TakeRoom, declared: number | undefined): Promise<UploadRoom['demand']> {
  let taken = await take({ bytes: declared ?? 1, blocks: 1 }, { bytes: declared ?? first.bytes, blocks: first.blocks })
  let growing: Promise<void> = Promise.resolve()

  const fits = ({ bytes, blocks }: Room) => bytes <= taken.bytes && blocks <= taken.blocks

  async function grow(asked: Room): Promise<void> {
    if (fits(asked)) return
    const least = { bytes: Math.max(asked.bytes, taken.bytes), blocks: Math.max(asked.blocks, taken.blocks) }
    const more = (what: keyof Room) => (asked[what] <= taken[what] ? taken[what] : Math.max(asked[what], taken[what] + Math.min(taken[what], most[what])))
    taken = await take(least, { bytes: more('bytes'), blocks: more('blocks') })
  }

  return (bytes, blocks) => {
    const asked = { bytes, blocks }
    if (fits(asked)) return
    // One after the other: bytes and blocks are counted in two places.
    growing = growing.then(() => grow(asked))
    return growing
  }
}
