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
  /** What it answers to whoever sends, before it hears to whom. */
  senderRefusal?(): number | undefined
  /** What it answers to a whole letter. */
  letterRefusal?(): number | undefined
}

const answer = (code: number | undefined) => (code === undefined ? undefined : Object.assign(new Error('not this one'), { responseCode: code }))

/** A mail server that keeps what it gets. */
export async function startSmtp({ port: wanted = 0, refusal, senderRefusal, letterRefusal }: SmtpOptions = {}): Promise<SmtpSink> {
  const letters: SmtpSink['letters'] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      done(answer(refusal?.(address)))
    },
    onMailFrom: (_address, _session, done) => done(answer(senderRefusal?.())),
    onData(stream, session, done) {
      let text = ''
      stream.on('data', (piece: Buffer) => (text += piece.toString()))
      stream.on('end', () => {
        const refused = answer(letterRefusal?.())
        if (!refused) letters.push({ to: session.envelope.rcptTo.map(({ address }) => address), text })
        done(refused)
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
