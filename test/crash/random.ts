import { createCipheriv, createHash } from 'node:crypto'

/** Numbers that follow from a seed alone. */
export interface Random {
  /** [0, 1) */
  fraction(): number
  /** A whole number, both ends included. */
  whole(min: number, max: number): number
  /** Whole numbers of every order of magnitude alike. */
  scale(min: number, max: number): number
  chance(share: number): boolean
  one<T>(of: readonly T[]): T
  /** One of the names, each as often as its weight says. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T
  shuffled<T>(items: readonly T[]): T[]
}

/** sfc32, seeded with the hash of the words: the same words give the same numbers. */
export function random(...words: readonly (string | number)[]): Random {
  let [a, b, c, d] = new Uint32Array(createHash('sha256').update(words.join(' ')).digest().buffer.slice(0, 16)) as unknown as [number, number, number, number]

  const fraction = () => {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  const whole = (min: number, max: number) => min + Math.floor(fraction() * (max - min + 1))

  return {
    fraction,
    whole,
    scale: (min, max) => Math.min(max, Math.floor(min * ((max + 1) / min) ** fraction())),
    chance: (share) => fraction() < share,
    one: (of) => of[whole(0, of.length - 1)]!,
    weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
      const rows = Object.entries(weights) as [T, number][]
      let left = fraction() * rows.reduce((sum, [, weight]) => sum + weight, 0)
      return (rows.find(([, weight]) => (left -= weight) < 0) ?? rows[0]!)[0]
    },
    shuffled(items) {
      const shuffled = items.slice()
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = whole(0, i)
        ;[shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!]
      }
      return shuffled
    },
  }
}

/** Bytes that follow from a name alone: the key stream of AES in counter mode, which a machine makes faster than it hashes. */
export function bytesOf(name: string, length: number): Uint8Array<ArrayBuffer> {
  const key = createHash('sha256').update(name).digest().subarray(0, 16)
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
  return new Uint8Array(cipher.update(new Uint8Array(length)))
}
