import { createTransport } from 'nodemailer'
import type { Log } from '../../ports/log.ts'
import type { Mailer } from '../../ports/mailer.ts'

export interface MailerOptions {
  /** `smtp://user:password@host:port` or `smtps://…`. */
  url: string
  /** `Name <address>` or an address. */
  from: string
  log: Log
}

/** Letters by SMTP, over a few connections that are kept open for a while. */
export function openMailer({ url, from, log }: MailerOptions): Mailer {
  const transport = createTransport({ url, pool: true, maxConnections: 2, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 }, { from })
  const underWay = new Set<Promise<void>>()
  return {
    send({ to, subject, text }) {
      // An object, since a text could name several addresses.
      const sending = transport.sendMail({ to: { name: '', address: to }, subject, text, disableFileAccess: true, disableUrlAccess: true }).then(
        () => undefined,
        (error: unknown) => log.error({ error }, 'a letter could not be sent'),
      )
      underWay.add(sending)
      void sending.finally(() => underWay.delete(sending))
    },
    async close() {
      await Promise.all(underWay)
      transport.close()
    },
  }
}
