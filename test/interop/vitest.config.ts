import { defineConfig } from 'vitest/config'

/** Suites against real programs: Kubo (IPFS_BIN, or `ipfs` on PATH), IPFS Cluster, an S3 server and strace. Where one is missing its suites are skipped and say so. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: {
    include: ['test/interop/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // One after the other: some of them measure time.
    fileParallelism: false,
  },
})
