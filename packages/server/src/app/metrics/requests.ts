import type { Socket } from 'node:net'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Requests, RequestWatcher, Underway } from '../../http/requests.ts'

/** Anything else is told as `other`: a client may send what it likes. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** What the doors do: how often, how fast, how many bytes. */
export function requestMetrics(registers: Registry[]) {
  const total = new Counter({ name: 'thole_http_requests_total', help: 'Requests that ended, by door, method and status; 499 where the client went away before the answer.', labelNames: ['door', 'method', 'status'], registers })
  const seconds = new Histogram({
    name: 'thole_http_request_duration_seconds',
    help: 'From the head of a request to the last byte of its answer.',
    labelNames: ['door'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers,
  })
  const received = new Counter({ name: 'thole_http_received_bytes_total', help: 'Bytes that came in by HTTP, heads included.', labelNames: ['door'], registers })
  const sent = new Counter({ name: 'thole_http_sent_bytes_total', help: 'Bytes that went out by HTTP, heads included.', labelNames: ['door'], registers })
  const open = new Gauge({ name: 'thole_http_requests_underway', help: 'Requests that have not ended.', labelNames: ['door'], registers })

  const counted = new WeakMap<Socket, { received: number; sent: number }>()

  /** Bytes of the connection since they were counted last. */
  function countBytes({ door, incoming: { socket } }: Underway): void {
    const now = { received: socket.bytesRead, sent: socket.bytesWritten }
    const before = counted.get(socket) ?? { received: 0, sent: 0 }
    received.inc({ door }, Math.max(0, now.received - before.received))
    sent.inc({ door }, Math.max(0, now.sent - before.sent))
    counted.set(socket, now)
  }

  const watcher: RequestWatcher = {
    ended(request) {
      const { door, incoming, outgoing, began } = request
      const method = methods.has(incoming.method!) ? incoming.method! : 'other'
      total.inc({ door, method, status: statusOf(outgoing) })
      seconds.observe({ door }, (performance.now() - began) / 1000)
      countBytes(request)
    },
  }

  return {
    watcher,
    /** Long transfers are counted while they go on. */
    collect({ underway }: Requests): void {
      open.reset()
      for (const request of underway) {
        open.inc({ door: request.door })
        countBytes(request)
      }
    },
  }
}

export function statusOf({ headersSent, statusCode }: Underway['outgoing']): number {
  return headersSent ? statusCode : 499
}
