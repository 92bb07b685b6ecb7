export const damage: readonly string[] = []
