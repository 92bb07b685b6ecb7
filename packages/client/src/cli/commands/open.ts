import { spawn } from 'node:child_process'
import { platform } from 'node:process'
import type { Command } from '../command.ts'
import { readAccess } from '../credentials.ts'
import { readCid } from '../read-cid.ts'

export const open: Command = {
  name: 'open',
  summary: 'opens a CID, or the dashboard, in the browser',
  takes: '[CID[/PATH]]',
  arguments: { least: 0, most: 1 },
  options: { print: { help: 'prints the address and opens nothing' } },
  description: 'Opens the page of a CID at the gateway of the server, or the dashboard. Without a terminal, or where there is no browser, the address is printed.',
  examples: [
    ['thole open bafybei…/index.html', 'Opens a page'],
    ['thole open --print bafybei…', 'The address, to pass on'],
  ],
  async run(call) {
    const { url } = await readAccess(call.surroundings, call.option('url'))
    const [typed] = call.positionals
    const address = typed === undefined ? `${url}/` : `${url}/ipfs/${pathOf(typed)}`
    const opened = !call.has('print') && !call.say.isJson && call.surroundings.stdout.isTTY === true && (await openInBrowser(address))
    call.say.result({ url: address }, opened ? `Opened ${address}` : address)
  },
}

function pathOf(typed: string): string {
  const [cid, ...names] = typed.replace(/^(ipfs:\/\/|\/ipfs\/)/, '').split('/')
  return [readCid(cid!), ...names.map(encodeURIComponent)].join('/')
}

/** Whether a program took it. The address is made of parts that were read, not of what was typed: no shell sees it. */
function openInBrowser(address: string): Promise<boolean> {
  const [program, ...args] = platform === 'darwin' ? ['open'] : platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler'] : ['xdg-open']
  const child = spawn(program!, [...args, address], { stdio: 'ignore', detached: true })
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
