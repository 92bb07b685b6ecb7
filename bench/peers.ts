import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../test/support/free-port.ts'

/** A program to compare with, which answers over HTTP. */
export interface Peer {
  url: string
  pid: number
  stop(): Promise<void>
}

/** A bare node:http server in a process of its own, answering each name with so many bytes out of memory. */
export async function startBare(lengths: Record<string, number>): Promise<Peer> {
  const pairs = Object.entries(lengths).map((pair) => pair.join('='))
  const child = spawn(process.execPath, [join(import.meta.dirname, 'programs/bare.ts'), ...pairs], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { url: line.toString().trim(), pid: child.pid!, stop: () => end(child) }
}

export const hasNginx = spawnSync('nginx', ['-v']).status === 0

/** nginx with one worker, serving the files of a folder with sendfile. */
export async function startNginx(folder: string): Promise<Peer> {
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/nginx-${name};`).join(' ')
  await writeFile(file, `
    daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr;
    events {}
    http { access_log off; sendfile on; keepalive_requests 100000000; ${places} server { listen 127.0.0.1:${port}; root ${folder}; } }
  `)
  const child = spawn('nginx', ['-c', file, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; !(await fetch(`${url}/nginx.conf`).then(({ ok }) => ok, () => false)); tries++) {
    if (tries > 100) throw new Error('nginx did not start')
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  return { url, pid: child.pid!, stop: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
