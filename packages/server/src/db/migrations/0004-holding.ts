export const holding: readonly string[] = []
