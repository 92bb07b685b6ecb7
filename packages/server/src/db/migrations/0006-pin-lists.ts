/** Lists and exact counts of many pin requests. */
export const pinLists: readonly string[] = []
