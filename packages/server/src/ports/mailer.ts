export interface Letter {
  /** One address. */
  to: string
  subject: string
  /** Plain text. */
  text: string
}

/** How the sending of a letter ended. `forGood`: it would end so again. */
export type Sent = { ok: true } | { ok: false; forGood: boolean; reason: string }

/** Sends letters to people. */
export interface Mailer {
  /** When the mail server has taken the letter, or has not. */
  send(letter: Letter): Promise<Sent>
  close(): Promise<void>
}
