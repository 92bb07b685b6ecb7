import { defaultScopes, type Scope } from '../../packages/server/src/kernel/scopes.ts'
import { inlineCid } from '../support/psa.ts'
import { asker, jsonOf, type Asker } from './ask.ts'
import type { TenantServer } from './server.ts'

export type Credentials = Readonly<Record<string, string>>

/** Somebody with an account. */
export interface Party {
  /** A key that may do all but what an admin may. */
  key: Credentials
  session: Credentials
}

/** Somebody in the account of another. */
export interface Person {
  id: string
  session: Credentials
}

export interface Upload {
  id: string
  cid: string
}

export interface World {
  api: Asker
  /** Words that stand in rows of the owner, and words that stand in what the owner stores: no answer to others has the first, only bytes have the second. */
  marks: { row: string; content: string }
  admin: Party
  owner: Party
  /** Has rows of its own and makes more. */
  stranger: Party
  /** Has rows of its own, and never more. */
  bystander: Party
  /** People who belong to the owner's account. */
  reader: Person
  member: Person
  /** Keys of the owner that lack a scope. */
  without: Readonly<Record<Scope, Credentials>>
  revoked: Credentials
  /** Rows of the owner that stay: the account itself, its session and an invitation that waits among them. */
  uploads: readonly Upload[]
  pins: readonly Upload[]
  keys: readonly string[]
  account: string
  session: string
  invitation: string
  /** What all three hold. */
  shared: readonly string[]
  /** Rows of the owner that may go. */
  fresh: { upload(): Promise<Upload>; pin(): Promise<Upload>; key(): Promise<string>; session(): Promise<string>; member(): Promise<string>; invitation(): Promise<{ id: string; token: string }> }
  /** The account of the bystander, and how many rows it has. */
  bystanders: { account: string; uploads: number; pins: number; keys: number }
}

const standing = 30
const sharedFiles = ['of all three', 'of all three, too', 'what everybody has']

export async function makeWorld({ url, admin, createKey }: TenantServer, { row, content }: World['marks'], connections: number): Promise<World> {
  const api = asker(url, connections)
  const ownerMail = `${row}-owner@example.org`
  const keyed = async (mail: string, scopes?: readonly string[]): Promise<Credentials> => ({ authorization: `Bearer ${await createKey(mail, scopes)}` })
  const [adminKey, owner, stranger, bystander] = await Promise.all([keyed(admin.email, [...defaultScopes, 'admin']), keyed(ownerMail), keyed('stranger@example.org'), keyed('bystander@example.org')])

  const ask = async (who: Credentials, method: string, path: string, body?: unknown) => {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
    const answer = await api.ask({ method, path, body: text, headers: typeof body === 'object' ? json : plain }, who)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`)
    return answer.body.length > 0 ? jsonOf(answer) : undefined
  }
  let number = 0
  const makeUpload = async (who: Credentials, name: string, bytes = `${content} ${crypto.randomUUID()}`): Promise<Upload> => {
    const { id, roots } = await ask(who, 'POST', `/api/v1/uploads?name=${encodeURIComponent(name)}`, bytes)
    return { id, cid: roots[0].cid }
  }
  const makePin = async (who: Credentials, mark: string): Promise<Upload> => {
    const cid = inlineCid(crypto.randomUUID())
    const { id } = await ask(who, 'POST', '/api/v1/pins', pinOf(cid, mark, number++))
    return { id, cid }
  }
  const makeKey = async (name: string, scopes?: readonly Scope[]) => (await ask(owner, 'POST', '/api/v1/keys', { name, scopes })) as { id: string; key: string }

  const without = {} as Record<Scope, Credentials>
  for (const scope of defaultScopes) without[scope] = { authorization: `Bearer ${(await makeKey(`${row} without ${scope}`, defaultScopes.filter((one) => one !== scope))).key}` }
  without.admin = owner
  const doomed = await makeKey(`${row} revoked`)
  await ask(owner, 'DELETE', `/api/v1/keys/${doomed.id}`)

  const adminSession = await signIn(api, admin)
  const { accept, enter } = doorsOf(api)
  const asked = (who: Credentials, path: string, wish: object) => ask(who, 'POST', path, wish) as Promise<{ id: string; token: string }>
  const join = async (mail: string) => accept((await asked(adminSession, '/api/v1/admin/invitations', { email: mail })).token)
  const [ownerSession, strangerSession, bystanderSession] = [await join(ownerMail), await join('stranger@example.org'), await join('bystander@example.org')]
  const invite = (role: string) => asked(ownerSession, '/api/v1/members/invitations', { email: `${row}-${role}-${number++}@example.org`, role })
  const makeMember = async (role: string): Promise<Person> => {
    const session = await accept((await invite(role)).token)
    const { members } = await ask(ownerSession, 'GET', '/api/v1/members')
    const { email } = await ask(session, 'GET', '/api/v1/session')
    return { id: members.find((one: { email: string }) => one.email === email).id, session }
  }
  const accountOf = async (who: Credentials): Promise<string> => (await ask(who, 'GET', '/api/v1/session')).account.id
  const sessionOf = async (who: Credentials): Promise<string> => (await ask(who, 'GET', '/api/v1/me/sessions')).sessions.find(({ current }: { current: boolean }) => current).id

  const fresh = {
    session: async () => sessionOf(await enter(ownerMail)),
    member: async () => (await makeMember('reader')).id,
    invitation: () => invite('reader'),
    upload: () => makeUpload(owner, `${row}-upload-${number++}`),
    pin: () => makePin(owner, row),
    key: async () => (await makeKey(`${row}-key-${number++}`)).id,
  }
  const times = <T>(make: () => Promise<T>, many = standing) => Promise.all(Array.from({ length: many }, make))
  const shared: string[] = []
  for (const bytes of sharedFiles) {
    shared.push((await makeUpload(owner, `${row}-shared-${number++}`, bytes)).cid)
    for (const other of [stranger, bystander]) await makeUpload(other, 'mine', bytes)
  }
  await times(() => makePin(bystander, 'mine'), 3)

  return {
    api, marks: { row, content },
    admin: { key: adminKey, session: adminSession },
    owner: { key: owner, session: ownerSession }, stranger: { key: stranger, session: strangerSession }, bystander: { key: bystander, session: bystanderSession },
    reader: await makeMember('reader'), member: await makeMember('member'),
    account: await accountOf(ownerSession), session: await sessionOf(ownerSession), invitation: (await invite('reader')).id,
    without, revoked: { authorization: `Bearer ${doomed.key}` },
    uploads: await times(fresh.upload), pins: await times(fresh.pin), keys: await times(fresh.key, 10),
    shared, fresh,
    bystanders: { account: await accountOf(bystanderSession), uploads: sharedFiles.length, pins: 3 + sharedFiles.length, keys: 1 },
  }
}

export const json = { 'content-type': 'application/json' }
const plain = { 'content-type': 'text/plain' }

/** A wish with the mark wherever one can write. */
export function pinOf(cid: string, mark: string, number: number) {
  return { cid, name: `${mark}-pin-${number}`, origins: [`/dns4/${mark}.example/tcp/4001/p2p/QmbLHAnMoJPWSCR5Zhtx6BHJX9KiKNN6tpvbUcqanj75Nb`], meta: { [`${mark}-field`]: `${mark} value` } }
}

export function signIn(api: Asker, person: { email: string; password: string }): Promise<Credentials> {
  return comeIn(api, '/api/v1/session', person)
}

export const samePage = { 'sec-fetch-site': 'same-origin' }

const password = 'an oar against the boat'

/** Ways in for people who were asked in, all with one password. */
function doorsOf(api: Asker) {
  return {
    accept: (token: string) => comeIn(api, '/api/v1/sign-in/invitation/accept', { token, password }),
    enter: (email: string) => signIn(api, { email, password }),
  }
}

async function comeIn(api: Asker, path: string, proof: object): Promise<Credentials> {
  const answer = await api.ask({ method: 'POST', path, headers: { ...json, ...samePage }, body: JSON.stringify(proof) })
  if (answer.status !== 200) throw new Error(`POST ${path}: ${answer.status} ${answer.body}`)
  return { cookie: answer.cookies.map((cookie) => cookie.split(';')[0]!).join('; '), ...samePage }
}
