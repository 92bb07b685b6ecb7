/** Structured log: data first, then words. */
export interface Log {
  debug(data: object, words: string): void
  info(data: object, words: string): void
  warn(data: object, words: string): void
  error(data: object, words: string): void
}
