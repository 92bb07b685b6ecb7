import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { expect } from 'vitest'

export interface SmtpSink {
  /** For THOLE_SMTP_URL. */
  url: string
  /** Everything that came, as it was sent. */
  letters: { to: string[]; text: string }[]
  /** The token in the newest letter to this address, once there are so many. */
  token(to: string, nth?: number): Promise<string>
  close(): Promise<void>
}

export interface SmtpOptions {
  /** Default: any that is free. */
  port?: number
  /** What it answers to this address instead of taking it: 451 is for now, 550 for good. */
  refusal?(to: string): number | undefined
}

/** A mail server that keeps what it gets. */
export async function startSmtp({ port: wanted = 0, refusal }: SmtpOptions = {}): Promise<SmtpSink> {
  const letters: SmtpSink['letters'] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      const code = refusal?.(address)
      done(code === undefined ? undefined : Object.assign(new Error('not this one'), { responseCode: code }))
    },
    onData(stream, session, done) {
      let text = ''
      stream.on('data', (piece: Buffer) => (text += piece.toString()))
      stream.on('end', () => {
        letters.push({ to: session.envelope.rcptTo.map(({ address }) => address), text })
        done()
      })
    },
  })
  server.listen(wanted, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    letters,
    async token(to, nth = 1) {
      const mine = () => letters.filter((letter) => letter.to.includes(to))
      await expect.poll(() => mine().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(nth)
      // Long lines of letters are broken (quoted-printable, RFC 2045 §6.7).
      const text = mine().at(-1)!.text.replace(/=\r?\n/g, '').replaceAll('=3D', '=')
      return /#token=([\w-]{43})/.exec(text)?.[1] ?? ''
    },
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}
