import { readdir } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { residentMemory } from './measure.ts'

/** How much a server grows at most, MB, while so many clients read slowly, half a megabyte a second each. */
export async function slowClients(url: string, pid: number, { clients, seconds }: { clients: number; seconds: number }): Promise<number> {
  // What a first fast reader takes stays.
  await (await fetch(url)).arrayBuffer()
  const before = await residentMemory(pid)
  const sockets = await Promise.all(Array.from({ length: clients }, () => ask(url)))
  let most = 0
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(100)) {
    for (const socket of sockets) socket.read(50_000)
    most = Math.max(most, await residentMemory(pid))
  }
  for (const socket of sockets) socket.destroy()
  return most - before
}

/** What a server has open before and after so many clients went away in the middle of an answer. */
export async function abortedReads(url: string, pid: number, count: number): Promise<{ before: number; after: number }> {
  const before = await openFiles(pid)
  for (let left = count; left > 0; left -= 20) {
    await Promise.all(Array.from({ length: Math.min(left, 20) }, async (_, i) => {
      const socket = await ask(url)
      while (socket.read() === null) await once(socket, 'readable')
      // Some at once, some a little later.
      await sleep(i % 3)
      socket.destroy()
    }))
  }
  // The last of them may still be on their way.
  let after = await openFiles(pid)
  for (const end = performance.now() + 5000; after > before && performance.now() < end; after = await openFiles(pid)) await sleep(100)
  return { before, after }
}

async function openFiles(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length
}

/** A connection on which an answer begins; nothing is read of it but what is taken. */
async function ask(text: string): Promise<Socket> {
  const url = new URL(text)
  const socket = connect({ host: url.hostname, port: Number(url.port) })
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.pause()
  socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`)
  return socket
}
