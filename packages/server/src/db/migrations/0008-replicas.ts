/** Copies of a DAG on other nodes. */
export const replicas: readonly string[] = []
