export const segments: readonly string[] = []
