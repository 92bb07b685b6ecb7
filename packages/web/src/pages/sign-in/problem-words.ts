const words: Record<string, string> = {
  'begin-again': 'That took too long, or began in another browser. Begin again.',
  'refused-there': 'The other service did not let you pass. Try again, or sign in another way.',
  'provider-failed': 'The other service could not be asked. Try again later, or sign in another way.',
  'no-verified-email': 'The other service knows no verified primary e-mail of yours. Verify one there, then try again.',
  'unproved-here': 'Somebody here has this e-mail and never proved that it is theirs. Sign in the way you did before, and link the two in Settings.',
  'nobody-here': 'Nobody of this e-mail is here. Ask whoever runs this server for an invitation.',
  'linked-elsewhere': 'Somebody else here signs in with it.',
  'account-taken': 'There is an account of this e-mail already. Ask whoever runs this server.',
  'invitation-over': 'This invitation does not work any more. Ask for a new one.',
  'sign-in-first': 'You can sign in already: do so, and open the invitation again.',
  'sign-in-again': 'For this, sign out and in again first: your last sign-in was a while ago.',
}

/** What went wrong on the way to a provider and back, by the word that the server put into the address. */
export function problemWords(problem: string): string {
  return words[problem] ?? 'That did not work. Try again, or sign in another way.'
}
