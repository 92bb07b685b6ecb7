/** Jobs that are run no more are counted without a look at those that wait. */
export const deadJobs: readonly string[] = [`create index job_dead on job (kind) where dead = 1`]
