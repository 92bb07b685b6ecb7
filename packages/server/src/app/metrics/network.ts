import { readFile } from 'node:fs/promises'
import { Gauge, type Registry } from 'prom-client'
import type { Network } from '../../ports/network.ts'

const states = ['off', 'starting', 'running', 'restarting'] as const

/** The network, which is a process of its own. */
export function networkMetrics(network: Network, registers: Registry[]) {
  const state = new Gauge({ name: 'thole_network_state', help: '1 for the state that the network process is in.', labelNames: ['state'], registers })
  const peers = new Gauge({ name: 'thole_network_peers', help: 'Peers that are connected.', registers })
  const arrivals = new Gauge({ name: 'thole_network_arrivals', help: 'Connections that peers opened since the network was started.', registers })
  const dht = new Gauge({ name: 'thole_network_dht_peers', help: 'Peers of the DHT that are known.', registers })
  const restarts = new Gauge({ name: 'thole_network_restarts', help: 'How often the process was started again since the server started.', registers })
  const memory = new Gauge({ name: 'thole_network_resident_memory_bytes', help: 'Memory of the network process, where the system tells it.', registers })

  return async (): Promise<void> => {
    const status = network.status()
    for (const one of states) state.set({ state: one }, status.state === one ? 1 : 0)
    peers.set(status.peers)
    arrivals.set(status.arrivals ?? 0)
    dht.set(status.dht ?? 0)
    restarts.set(status.restarts)
    memory.set(status.pid === undefined ? 0 : await residentBytes(status.pid))
  }
}

/** proc(5); 0 where there is no such thing. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}
