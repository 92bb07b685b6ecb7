import type { TholeEvent } from './messages.ts'

/** By the first word of its kind, which queries an event makes old. */
const affected: Record<string, readonly string[]> = {
  upload: ['uploads', 'usage'],
  pin: ['pins', 'dags', 'usage'],
  key: ['keys'],
  access: ['access'],
  member: ['members', 'invitations', 'session', 'sessions', 'me'],
  session: ['sessions'],
  account: ['accounts', 'session', 'usage'],
  plan: ['plans', 'usage'],
  quota: ['usage'],
  settings: ['instance', 'settings', 'admin', 'doors'],
  store: ['store', 'scrub', 'pins'],
  job: ['jobs'],
}

export function affectedBy({ kind }: Pick<TholeEvent, 'kind'>): readonly string[] {
  return ['events', ...(affected[kind.split('.')[0]!] ?? [])]
}
