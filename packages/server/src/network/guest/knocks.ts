import { isPrivate } from '../private-ip.ts'
import { limits } from './limits.ts'

/** Places that were dialled in vain, over all fetches: who is named by a thousand requests is not dialled a thousand times. */
export interface Knocks {
  /** Why this place is not to be dialled now, if so. */
  whyNot(ip: string, port: number): string | undefined
  inVain(ip: string, port: number, reason: string): void
  answered(ip: string, port: number): void
}

interface Place {
  reason: string
  times: number
  until: number
}

export function createKnocks({ now = Date.now, max = 10_000 } = {}): Knocks {
  const places = new Map<string, Place>()
  const hosts = new Map<string, { ports: Set<number>; until: number }>() // public ones, where many ports were tried

  function keep<T>(map: Map<string, T>, key: string, value: T): void {
    map.delete(key)
    map.set(key, value)
    const [oldest] = map.keys()
    if (map.size > max && oldest !== undefined) map.delete(oldest)
  }

  return {
    whyNot(ip, port) {
      const place = places.get(`${ip} ${port}`)
      if (place !== undefined && place.until > now()) return `${place.reason} at a try shortly before`
      const host = hosts.get(ip)
      if (host !== undefined && host.until > now() && host.ports.size >= limits.vainPorts && !host.ports.has(port)) return 'too many ports of this host were tried in vain'
      return undefined
    },
    inVain(ip, port, reason) {
      const key = `${ip} ${port}`
      const times = Math.min((places.get(key)?.times ?? 0) + 1, 30)
      keep(places, key, { reason, times, until: now() + Math.min(limits.knockFirst * 2 ** (times - 1), limits.knockLast) })
      if (isPrivate(ip)) return
      const host = hosts.get(ip)
      if (host === undefined || host.until <= now()) keep(hosts, ip, { ports: new Set([port]), until: now() + limits.vainPortsFor })
      else host.ports.add(port)
    },
    answered(ip, port) {
      places.delete(`${ip} ${port}`)
      hosts.get(ip)?.ports.delete(port)
    },
  }
}
