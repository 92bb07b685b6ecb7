import { letterJob, type Postman } from '../domain/letters/index.ts'
import type { JobHandler } from './queue.ts'

/** Writes to people, again and again until the mail server takes it. */
export function sendLetters(postman: Postman): JobHandler {
  return { kind: letterJob, concurrency: 2, run: (job) => postman.deliver(job) }
}
