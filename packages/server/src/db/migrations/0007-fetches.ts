/** How the fetch of a DAG fares. */
export const fetches: readonly string[] = []
