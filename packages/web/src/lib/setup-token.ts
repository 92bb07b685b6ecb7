/** The token of a pasted set-up link, or of the token itself. */
export function readSetupToken(text: string): string {
  const trimmed = text.trim()
  const found = /[#?&]token=([^&#\s]+)/.exec(trimmed)?.[1]
  return found ?? trimmed
}

/** Takes the token out of the address, so that it stays in no history and no log. Empty where there is none. */
export function takeSetupToken(): string {
  const { hash, search, pathname } = location
  const token = [hash, search].map((part) => (part.includes('token=') ? readSetupToken(part) : '')).find((part) => part !== '') ?? ''
  if (token !== '') history.replaceState(history.state, '', pathname)
  return token
}
