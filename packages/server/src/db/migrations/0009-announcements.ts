/** Roots that the public network is told about. */
export const announcements: readonly string[] = []
