import { pino } from 'pino'
import { currentRequest, type RequestWatcher } from '../http/requests.ts'
import type { Log } from '../ports/log.ts'
import { statusOf } from './metrics/index.ts'

/** JSON lines on standard error; what could be a secret is never among the data, and is struck out all the same. What is logged for a request bears its identifier. */
export function openLog(level: string): Log {
  const redact = ['password', 'token', 'key', 'authorization', 'cookie', '*.password', '*.token', '*.authorization', '*.cookie']
  const mixin = () => {
    const request = currentRequest()?.id
    return request === undefined ? {} : { request }
  }
  const log = pino({ level, base: undefined, redact, mixin, serializers: { error: pino.stdSerializers.err } }, pino.destination({ fd: 2, sync: true }))
  return {
    debug: (data, words) => log.debug(data, words),
    info: (data, words) => log.info(data, words),
    warn: (data, words) => log.warn(data, words),
    error: (data, words) => log.error(data, words),
  }
}

/** A line for every request that ended. The path is told without its query, where people put what nobody else should see. */
export function accessLog(log: Log): RequestWatcher {
  return {
    ended({ id, door, incoming, outgoing, began }) {
      const path = incoming.url?.split(/[?#]/, 1)[0]
      log.info({ request: id, door, method: incoming.method, path, status: statusOf(outgoing), ms: Math.round(performance.now() - began) }, 'request')
    },
  }
}
