import { pino } from 'pino'
import type { Log } from '../ports/log.ts'

/** JSON lines on standard error; what could be a secret is never among the data, and is struck out all the same. */
export function openLog(level: string): Log {
  const redact = ['password', 'token', 'key', 'authorization', 'cookie', '*.password', '*.token', '*.authorization', '*.cookie']
  const log = pino({ level, base: undefined, redact, serializers: { error: pino.stdSerializers.err } }, pino.destination({ fd: 2, sync: true }))
  return {
    debug: (data, words) => log.debug(data, words),
    info: (data, words) => log.info(data, words),
    warn: (data, words) => log.warn(data, words),
    error: (data, words) => log.error(data, words),
  }
}
