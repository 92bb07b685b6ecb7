/**
 * Memory for large blocks, used again and again: new memory is brought in by the system page by page, and let go of by the garbage
 * collector when it is full. What is never released is collected like any other.
 */
export interface SpareMemory {
  /** So many bytes of whatever content, with one holder. */
  take(bytes: number): Buffer
  /** One holder more of what lies there. */
  hold(view: Uint8Array): void
  /** One less; after the last it is filled with something else. Memory that is not from here is passed over. */
  release(view: Uint8Array): void
}

/** Less is had faster from the system. */
export const spareFrom = 128 << 10
const step = 64 << 10

/** `maxIdle`: bytes that are kept for the next taker. */
export function spareMemory(maxIdle = 16 << 20): SpareMemory {
  const holders = new WeakMap<ArrayBufferLike, number>()
  let idle: ArrayBufferLike[] = []
  let idleBytes = 0

  function forget(memory: ArrayBufferLike): void {
    idle = idle.filter((other) => other !== memory)
    idleBytes -= memory.byteLength
  }

  return {
    take(bytes) {
      const size = Math.ceil(bytes / step) * step
      const found = idle.find(({ byteLength }) => byteLength === size)
      if (found !== undefined) forget(found)
      const memory = found ?? Buffer.allocUnsafeSlow(size).buffer
      holders.set(memory, 1)
      return Buffer.from(memory, 0, bytes)
    },
    hold({ buffer }) {
      const count = holders.get(buffer)
      if (count !== undefined) holders.set(buffer, count + 1)
    },
    release({ buffer }) {
      const count = holders.get(buffer)
      if (count === undefined) return
      if (count > 1) return void holders.set(buffer, count - 1)
      holders.delete(buffer)
      idle.push(buffer)
      idleBytes += buffer.byteLength
      for (let oldest = idle[0]; oldest !== undefined && idleBytes > maxIdle; oldest = idle[0]) forget(oldest)
    },
  }
}
