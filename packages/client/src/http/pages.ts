const pageSize = 250

/** Everything that a list has, a page at a time; each page begins where the one before ended. */
export async function* pages<T extends { created: string }>({ before }: { before?: string }, ask: (query: { limit: number; before?: string }) => Promise<T[]>): AsyncGenerator<T, void> {
  for (;;) {
    const page = await ask({ limit: pageSize, before })
    yield* page
    if (page.length < pageSize) return
    before = page.at(-1)!.created
  }
}
