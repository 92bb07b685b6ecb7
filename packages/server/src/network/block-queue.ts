import type { Block } from '@thole/dag'

/** Blocks between whoever delivers them and one consumer. */
export interface BlockQueue {
  push(block: Block): void
  end(): void
  readonly blocks: AsyncIterable<Block>
}

/** `onTaken` hears the bytes of each block that the consumer took. Bounded by who fills it. */
export function blockQueue(onTaken: (bytes: number) => void): BlockQueue {
  let waiting: Block[] = []
  let ended = false
  let wake = () => {}

  async function* drain(): AsyncGenerator<Block> {
    while (!ended) {
      const batch = waiting
      waiting = []
      for (const block of batch) {
        if (ended) return
        onTaken(block.bytes.length)
        yield block
      }
      if (waiting.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve))
    }
  }

  return {
    push(block) {
      if (ended) return
      waiting.push(block)
      wake()
    },
    end() {
      ended = true
      waiting = []
      wake()
    },
    blocks: drain(),
  }
}
