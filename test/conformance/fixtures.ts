import { glob, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { client } from '../support/api.ts'

/** The DNSLinks of the fixtures: domain → path. */
export async function readDnslinks(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const file of await filesOf(folder, 'dnslink*.yml')) {
    const text = await readFile(file, 'utf8')
    for (const [, domain, path] of text.matchAll(/^ +domain: *(\S+)\n(?: *#.*\n)* +path: *(\S+)/gm)) found.set(domain!, path!)
  }
  return found
}

/** Brings CARs, complete or not, and IPNS records through the doors that everybody has. Gives what was refused, in words: some records are broken on purpose. */
export async function load(url: string, key: string, folder: string): Promise<string[]> {
  const api = client(url, key)
  const notes: string[] = []
  for (const file of await filesOf(folder, '*.car')) {
    const { status, body } = await api.upload((await readFile(file)) as BodyInit, '/api/v1/uploads?pin=false', 'application/vnd.ipld.car')
    if (status !== 201) notes.push(`${file} was refused with ${status}: ${body?.detail}`)
  }
  for (const file of await filesOf(folder, '*.ipns-record')) {
    const name = basename(file).replace(/(_.*)?\.ipns-record$/, '')
    const response = await api.call(`/routing/v1/ipns/${name}`, { method: 'PUT', body: (await readFile(file)) as BodyInit, headers: { 'content-type': 'application/vnd.ipfs.ipns-record' } })
    if (!response.ok) notes.push(`${file} was refused with ${response.status}: ${(await response.text()).trim()}`)
  }
  return notes
}

async function filesOf(folder: string, name: string): Promise<string[]> {
  const found = await Array.fromAsync(glob(`**/${name}`, { cwd: folder }))
  return found.sort().map((file) => join(folder, file))
}
