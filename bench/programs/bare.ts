import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The least that Node can do: `bare.ts NAME=LENGTH…` answers /NAME with so many bytes out of memory, and prints its URL. */
const bodies = new Map(process.argv.slice(2).map((pair) => pair.split('=')).map(([name, length]) => [`/${name}`, randomBytes(Number(length))]))
const server = createServer((request, response) => {
  const body = bodies.get(request.url!)!
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length })
  response.end(body)
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`))
