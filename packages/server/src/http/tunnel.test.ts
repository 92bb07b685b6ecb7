import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerOptions } from 'node:http'
import { BlockList, connect, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { clientAddress } from './limits/client-address.ts'
import { readTarget } from './target.ts'
import { answerTunnels } from './tunnel.ts'

test('what comes through a tunnel is answered by this server, whoever it was for', async () => {
  await using server = await serve()
  for (const to of ['own.example:80', 'own.example:443', `127.0.0.1:${server.port}`]) {
    const client = await server.connect()
    client.write(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n`)
    expect(await client.read()).toBe('HTTP/1.1 200 Connection Established\r\n\r\n')
    for (const path of ['/a', '/b']) {
      client.write(`GET ${path} HTTP/1.1\r\nHost: any.example\r\n\r\n`)
      expect(await client.read()).toMatch(new RegExp(`^HTTP/1.1 200 OK\r\n[^]*any.example ${path}$`))
    }
    client.end()
  }
})

test('what was sent behind the CONNECT is not lost', async () => {
  await using server = await serve()
  const client = await server.connect()
  client.write('CONNECT own.example:80 HTTP/1.1\r\nHost: own.example\r\n\r\nGET /at-once HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect(await client.whole()).toMatch(/^HTTP\/1.1 200 Connection Established\r\n\r\nHTTP\/1.1 200 OK[^]*x \/at-once$/)
})

test.each(['other.example:80', '169.254.169.254:80', 'own.example.evil:80', 'own.example@evil.example:80', `localhost:1`, '[::1]:22', ':80'])('there is no way to %s', async (to) => {
  await using server = await serve()
  const client = await server.connect()
  client.write(`CONNECT ${to} HTTP/1.1\r\nHost: own.example\r\n\r\nGET /x HTTP/1.1\r\nHost: own.example\r\n\r\n`)
  const answer = await client.whole()
  expect(answer).toMatch(/^HTTP\/1.1 4(21 Misdirected|00 Bad) Request\r\n/)
  expect(answer).not.toContain(' /x')
})

test('there is no tunnel in a tunnel', async () => {
  await using server = await serve()
  const client = await server.connect()
  const ask = 'CONNECT own.example:80 HTTP/1.1\r\nHost: own.example\r\n\r\n'
  client.write(ask)
  await client.read()
  client.write(ask)
  expect(await client.whole()).toMatch(/^HTTP\/1.1 400 Bad Request[^]*a tunnel here already/)
})

test('who breaks off, or sends what is no HTTP, ends a tunnel and nothing else', async () => {
  await using server = await serve()
  for (const bytes of ['\x16\x03\x01\x02\x00\x01', 'GET / HTT']) {
    const client = await server.connect()
    client.write('CONNECT own.example:443 HTTP/1.1\r\nHost: own.example\r\n\r\n')
    await client.read()
    client.write(bytes)
    client.socket.resetAndDestroy()
  }
  const client = await server.connect()
  client.write('GET /still HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect(await client.whole()).toMatch(/x \/still$/)
})

test('time-outs hold in a tunnel: for one who says nothing, and for one who never ends the headers', async () => {
  await using server = await serve({ headersTimeout: 50, requestTimeout: 0, connectionsCheckingInterval: 20 })
  for (const bytes of ['', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ']) {
    const client = await server.connect()
    client.write(`CONNECT own.example:80 HTTP/1.1\r\nHost: own.example\r\n\r\n${bytes}`)
    expect(await client.whole()).toMatch(/^HTTP\/1.1 200 Connection Established\r\n\r\nHTTP\/1.1 408 Request Timeout/)
  }
})

test('closing the server ends tunnels too', async () => {
  const server = await serve()
  const client = await server.connect()
  client.write('CONNECT own.example:80 HTTP/1.1\r\nHost: own.example\r\n\r\n')
  await client.read()
  client.write('GET /x HTTP/1.1\r\nHost: x\r\n\r\n')
  await client.read()
  await server[Symbol.asyncDispose]()
  await client.whole()
})

test('a tunnel that is asked for before all is answered ends the connection, so that no answer stands for another', async () => {
  await using server = await serve()
  for (const path of ['/slow', '/slow HTTP/1.1\r\nHost: x\r\n\r\nGET /fast']) {
    const client = await server.connect()
    client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\nCONNECT own.example:80 HTTP/1.1\r\nHost: own.example\r\n\r\n`)
    expect(await client.whole()).toBe('')
  }
  const client = await server.connect()
  client.write('GET /fast HTTP/1.1\r\nHost: x\r\n\r\n')
  expect(await client.read()).toMatch(/x \/fast$/)
  client.write('CONNECT own.example:80 HTTP/1.1\r\nHost: own.example\r\n\r\n')
  expect(await client.read()).toMatch(/^HTTP\/1.1 200 Connection Established/)
  client.end()
})

test('in a tunnel nobody is believed to be a proxy, for its client writes the headers', async () => {
  const proxies = new BlockList()
  proxies.addAddress('127.0.0.1')
  await using server = await serve({}, (incoming) => `${readTarget(incoming, proxies).host} ${clientAddress(incoming, proxies)}`)
  const client = await server.connect()
  const ask = 'GET / HTTP/1.1\r\nHost: own.example\r\nX-Forwarded-Host: other.example\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n'
  client.write(ask)
  expect(await client.read()).toMatch(/other.example 192.0.2.1$/)
  client.write('CONNECT own.example:80 HTTP/1.1\r\nHost: own.example\r\n\r\n')
  await client.read()
  client.write(ask)
  expect(await client.read()).toMatch(/own.example 127.0.0.1$/)
  client.end()
})

async function serve(options: ServerOptions = {}, say = ({ headers, url }: IncomingMessage) => `${headers.host} ${url}`) {
  const server: Server = createServer(options, (incoming, outgoing) => {
    if (incoming.url !== '/slow') outgoing.end(say(incoming))
  })
  answerTunnels(server, (host) => /^own\.example(:\d+)?$/.test(host))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    async connect() {
      const socket: Socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      const ended = once(socket, 'close')
      let text = ''
      let more = Promise.withResolvers<void>()
      socket.on('error', () => {}).on('data', (bytes: Buffer) => {
        text += bytes.toString('latin1')
        more.resolve()
        more = Promise.withResolvers()
      })
      return {
        socket,
        write: (bytes: string) => socket.write(bytes),
        end: () => socket.end(),
        /** What came since the last time, at least a byte. */
        async read() {
          if (text === '') await more.promise
          const read = text
          text = ''
          return read
        },
        async whole() {
          await ended
          return text
        },
      }
    },
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
