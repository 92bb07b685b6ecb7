import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The least that Node can do: `bare.ts SMALL LARGE` answers /small and /large with so many bytes out of memory, and prints its URL. */
const [small, large] = process.argv.slice(2).map((length) => randomBytes(Number(length)))
const server = createServer((request, response) => {
  const body = request.url === '/large' ? large! : small!
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length })
  response.end(body)
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`))
