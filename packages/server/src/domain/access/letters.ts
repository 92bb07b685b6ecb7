import type { Letter } from '../../ports/mailer.ts'

/** What a person is told of the request for access to the pinning API. `keysPage`: a URL. */
export function decisionLetter(to: string, { approve, message }: { approve: boolean; message: string }, keysPage: string): Letter {
  const said = message && `\n\nThe admin says:\n\n${message}`
  if (approve) return { to, subject: 'You have access to the pinning API', text: `Your keys may pin by CID from now on.${said}\n\nKeys, and the commands to begin with: ${keysPage}\n` }
  return { to, subject: 'Your request for the pinning API was declined', text: `Your keys cannot pin by CID; uploads go on as before.${said}\n\nYou may ask again: ${keysPage}\n` }
}
