/** Works through a list, so many at once; the first error ends it, once what had begun has ended. */
export async function inLanes<T>(items: Iterable<T>, lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let isOver = false
  const lane = async () => {
    try {
      for (let next = iterator.next(); !isOver && next.done !== true; next = iterator.next()) await work(next.value)
    } catch (error) {
      isOver = true
      throw error
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
}
