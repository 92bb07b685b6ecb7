import { createTransport } from 'nodemailer'
import type { Mailer } from '../../ports/mailer.ts'

export interface MailerOptions {
  /** `smtp://user:password@host:port` or `smtps://…`. */
  url: string
  /** `Name <address>` or an address. */
  from: string
}

/** Characters of what a mail server says. */
const maxReason = 300

/** Letters by SMTP, over a few connections that are kept open for a while. */
export function openMailer({ url, from }: MailerOptions): Mailer {
  const transport = createTransport({ url, pool: true, maxConnections: 2, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 }, { from })
  return {
    async send({ to, subject, text }) {
      try {
        // An object, since a text could name several addresses.
        await transport.sendMail({ to: { name: '', address: to }, subject, text, disableFileAccess: true, disableUrlAccess: true })
        return { ok: true }
      } catch (error) {
        const failure = error as Error & Refusal
        return { ok: false, forGood: isForGood(failure), reason: (failure.response ?? failure.message).slice(0, maxReason) }
      }
    },
    async close() {
      transport.close()
    },
  }
}

interface Refusal {
  code?: string
  /** What the mail server was asked; `API`: it was not asked at all. */
  command?: string
  /** What the mail server said, and the number that it began with. */
  response?: string
  responseCode?: number
}

/** It asks for a password, whatever it was asked (RFC 4954 §6). */
const passwordWanted = 530

/**
 * A 5xx to whom the letter is for or to the letter itself (RFC 5321 §4.2.1), or an address that no mail server would be asked about. One to
 * anything else, such as the sender or the password, is the operator's to mend.
 */
function isForGood({ code, command, responseCode, message }: Error & Refusal): boolean {
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return false
  if (responseCode === undefined) return command === 'API' && /recipient/i.test(message)
  return command !== 'MAIL FROM' && responseCode >= 500 && responseCode !== passwordWanted
}
