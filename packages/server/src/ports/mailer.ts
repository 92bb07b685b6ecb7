export interface Letter {
  /** One address. */
  to: string
  subject: string
  /** Plain text. */
  text: string
}

/** Sends letters to people. */
export interface Mailer {
  /** Hands the letter over in the background; what goes wrong is logged, so that an answer tells nobody whether there was a letter. */
  send(letter: Letter): void
  /** When all that was handed over has left, or failed. */
  close(): Promise<void>
}
