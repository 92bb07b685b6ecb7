export interface SecretCookie {
  set(value: string, seconds: number): string
  clear(): string
  /** The values in a `Cookie` header; a browser may send several of one name. None where there are more than it can have come by honestly. */
  read(headers: Headers): string[]
}

const maxRead = 4

/**
 * Host-only (no Domain), so that it never reaches the host names of the gateway. With https its name says so too: browsers take
 * `__Host-` only with Secure, Path=/ and without Domain (RFC 6265bis §4.1.3.2).
 */
export function secretCookie(plainName: string, { secure }: { secure: boolean }): SecretCookie {
  const name = `${secure ? '__Host-' : ''}${plainName}`
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return {
    set: (value, seconds) => `${name}=${value}; ${attributes}; Max-Age=${seconds}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
    read(headers) {
      const pairs = (headers.get('cookie') ?? '').split(';').map((pair) => pair.trim())
      const values = pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1))
      // The browser's own may be any of them, also the last.
      return values.length > maxRead ? [] : values
    },
  }
}
