import { expect } from 'vitest'

/** A browser without a window: keeps the cookies of one server, and says where its requests come from. */
export interface Person {
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>
  /** Goes where the server sends it, over other servers too, until `stop` says that it has arrived. `click`: what to do on pages of others. */
  travel(url: string, click: (page: { url: string; html: string }) => { url: string; form?: Record<string, string> } | undefined): Promise<string>
  signIn(email: string, password: string): Promise<number>
  cookies: Map<string, string>
}

export function newPerson(base: () => string, agent = 'a test'): Person {
  const cookies = new Map<string, string>()

  async function ask(url: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    const isHome = url.startsWith(base())
    const jar = [...cookies].filter(([key]) => key.startsWith(`${new URL(url).origin} `)).map(([key, value]) => `${key.split(' ')[1]}=${value}`)
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { 'user-agent': agent, ...(jar.length > 0 && { cookie: jar.join('; ') }), ...(isHome && { 'sec-fetch-site': 'same-origin' }), ...init.headers } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const key = `${new URL(url).origin} ${name}`
      if (/Max-Age=0/i.test(line) || value === '') cookies.delete(key)
      else cookies.set(key, value)
    }
    return response
  }

  async function call(method: string, path: string, body?: unknown) {
    const response = await ask(`${base()}/api/v1/${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  return {
    cookies,
    call,
    signIn: async (email, password) => (await call('POST', 'session', { email, password })).status,
    async travel(start, click) {
      let next: { url: string; form?: Record<string, string> } = { url: start }
      for (let steps = 0; steps < 20; steps++) {
        const form = next.form && new URLSearchParams(next.form)
        const response = await ask(next.url, form && { method: 'POST', body: form.toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } })
        const location = response.headers.get('location')
        const html = await response.text()
        if (location !== null) {
          next = { url: new URL(location, next.url).href }
          // A page of the dashboard: the browser has arrived.
          if (next.url.startsWith(base()) && !next.url.includes('/api/v1/')) return next.url.slice(base().length)
          continue
        }
        const chosen = click({ url: next.url, html })
        expect(chosen, `${response.status} ${next.url} ${html.slice(-600)}`).toBeDefined()
        next = chosen!
      }
      throw new Error('it never arrived')
    },
  }
}
