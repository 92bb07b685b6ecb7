import { connect } from 'node:net'

export interface RawAnswer {
  status: number
  /** Lower-case names; what came twice is there twice. */
  headers: [name: string, value: string][]
  body: string
}

/** What a server says to these very bytes until it closes the connection, or has said nothing more for a while: its answers, one after another. */
export async function say(url: string, bytes: string | Uint8Array, patienceMs = 3_000): Promise<RawAnswer[]> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {}).setTimeout(patienceMs, () => socket.destroy())
  socket.write(bytes)
  const chunks: Buffer[] = []
  try {
    for await (const chunk of socket) chunks.push(chunk as Buffer)
  } catch {
    // What came before it was cut off counts.
  }
  return answersIn(Buffer.concat(chunks).toString('latin1'))
}

function answersIn(text: string): RawAnswer[] {
  return text.split(/(?=HTTP\/1\.1 \d{3} )/).filter((one) => one.startsWith('HTTP/1.1')).map((one) => {
    const end = one.indexOf('\r\n\r\n')
    const [first, ...lines] = one.slice(0, end).split('\r\n')
    const headers = lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])
    return { status: Number(first!.split(' ')[1]), headers, body: one.slice(end + 4) }
  })
}
