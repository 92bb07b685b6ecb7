import type { Scope } from '../../packages/server/src/kernel/scopes.ts'
import type { Ask } from './ask.ts'
import type { Recipe } from './recipe.ts'
import type { Credentials, World } from './world.ts'

/** Somebody who is not the owner, or not as the owner should be. */
export interface Other {
  name: string
  credentials: Credentials
  /** Must be told nothing but that. */
  refused: boolean
}

const wrong = { authorization: 'Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.AAAA' }
const nobody = {}
/** What a reader of an account may do in it. */
const readers: readonly Scope[] = ['pins:read', 'gateway']

/** All who may be tried at a way of this kind. */
export function others(world: World, { kind, scope, session }: Recipe, asked: Ask): Other[] {
  const { stranger, bystander, owner, reader, member, without, revoked, admin } = world
  if (kind === 'public' || kind === 'closed') return [{ name: 'a stranger', credentials: stranger.key, refused: false }, { name: 'nobody', credentials: nobody, refused: false }]

  // At the root of all doors a browser without a key finds the dashboard.
  const isPage = asked.method === 'GET' && /^\/(\?|$)/.test(asked.path)
  const strangers: Other[] = [
    { name: 'nobody', credentials: nobody, refused: !isPage },
    { name: 'a wrong key', credentials: wrong, refused: true },
    { name: 'a revoked key', credentials: revoked, refused: true },
  ]
  const party = kind === 'list' ? bystander : stranger
  const refused = kind === 'row' || kind === 'admin'
  if (session !== 'only') {
    strangers.push({ name: `the key of another account`, credentials: party.key, refused })
    if (kind === 'admin') strangers.push({ name: 'a key without the scope admin', credentials: owner.key, refused: true })
    if (scope !== undefined) strangers.push({ name: `a key of the owner without ${scope}`, credentials: without[scope], refused: true })
  } else strangers.push({ name: 'a key, where only a session is taken', credentials: owner.key, refused: true })
  if (session === undefined) strangers.push({ name: 'a session, where only keys are taken', credentials: owner.session, refused: !isPage })
  else {
    strangers.push({ name: 'the session of another account', credentials: party.session, refused })
    if (kind === 'admin' || (scope !== undefined && !readers.includes(scope))) strangers.push({ name: 'a reader of the account', credentials: reader.session, refused: true })
    if (kind === 'admin' || (scope === 'account' && kind !== 'list')) strangers.push({ name: 'a member of the account who does not own it', credentials: member.session, refused: true })
    if (asked.method !== 'GET' && asked.method !== 'HEAD') {
      strangers.push({ name: 'a page of the gateway, with the session of an admin', credentials: { cookie: admin.session.cookie!, 'sec-fetch-site': 'same-site', origin: 'http://x.ipfs.localhost' }, refused: true })
    }
  }
  return strangers
}
