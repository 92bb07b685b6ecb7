import { client, type Client } from './api.ts'
import type { TestServer } from './server.ts'

export const send = (who: Client, method: string, path: string, body: unknown) => who.json(path, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })

/** An account with a plan of its name and of these limits; `admin`: a key that may make plans. */
export async function memberWithPlan(server: TestServer, admin: Client, name: string, limits: Record<string, number>) {
  const email = `${name}@example.org`
  const key = await server.createKey(undefined, email)
  const plan = { name: `Plan ${name}`, words: '', priceGibMonth: 0, priceGibSent: 0, currency: 'EUR', ...limits }
  const made = await send(admin, 'PUT', `/api/v1/admin/plans/${name}`, plan)
  if (made.status !== 200) throw new Error(`no plan: ${JSON.stringify(made.body)}`)
  const account = (await admin.json(`/api/v1/admin/accounts?search=${email}`)).body.accounts.find((one: { email: string }) => one.email === email)
  await send(admin, 'PATCH', `/api/v1/admin/accounts/${account.id}`, { plan: name })
  return { ...client(server.url, key), id: account.id as string, key, email }
}
