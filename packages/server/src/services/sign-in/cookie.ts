export interface SessionCookie {
  set(id: string, seconds: number): string
  clear(): string
  /** The ids in a `Cookie` header; a browser may send several of one name. */
  read(headers: Headers): string[]
}

const maxRead = 4

/**
 * Host-only (no Domain), so that it never reaches the host names of the gateway. With https its name says so too: browsers take
 * `__Host-` only with Secure, Path=/ and without Domain (RFC 6265bis §4.1.3.2).
 */
export function sessionCookie({ secure }: { secure: boolean }): SessionCookie {
  const name = `${secure ? '__Host-' : ''}thole.session`
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return {
    set: (id, seconds) => `${name}=${id}; ${attributes}; Max-Age=${seconds}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
    read(headers) {
      const pairs = (headers.get('cookie') ?? '').split(';').map((pair) => pair.trim())
      const ids = pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1))
      return ids.filter((id) => /^[\w-]{43}$/.test(id)).slice(0, maxRead)
    },
  }
}
