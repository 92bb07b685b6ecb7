import type { EventKind } from '../../kernel/event-kinds.ts'
import { bytesInWords, count } from '../../kernel/words.ts'
import type { Event, EventData } from '../../ports/db/index.ts'

interface Told {
  /** Who did it. */
  who: string
  data: EventData
  /** A value of `data` as text; where it is missing, what stands for it. */
  text(name: string, absent?: string): string
}

/** What happened, as a sentence. */
const words: Record<EventKind, (told: Told) => string> = {
  'upload.received': ({ who, data }) => `${who} uploaded ${things(data, 'file')}.`,
  'upload.removed': ({ who, data }) => `${who} deleted ${things(data, 'upload')}.`,
  'pin.added': ({ who, data }) => `${who} asked for ${things(data, 'pin')}.`,
  'pin.pinned': ({ data }) => (numberOf(data) === 1 ? `${things(data, 'pin')} is pinned now.` : `Pinned now: ${things(data, 'pin')}.`),
  'pin.failed': ({ data }) => `Could not be pinned: ${things(data, 'pin')}.`,
  'pin.removed': ({ who, data }) => `${who} removed ${things(data, 'pin')}.`,

  'account.created': ({ who, text }) => `${who} made the account ${text('email', 'of a person')}.`,
  'account.suspended': ({ who, text }) => `${who} suspended the account ${text('email', '')}${because(text('message', ''))}.`,
  'account.resumed': ({ who, text }) => `${who} let the account ${text('email', '')} go on.`,
  'account.plan-set': ({ who, text }) => `${who} set the plan “${text('plan', 'no limits')}”.`,

  'member.signed-in': ({ who, text }) => `${who} signed in${by(text('by', ''))}.`,
  'member.sign-in-refused': ({ text }) => `Somebody failed to sign in as ${text('email', 'a member')}${because(text('reason', ''))}.`,
  'member.signed-out': ({ who }) => `${who} signed out.`,
  'member.invited': ({ who, text }) => `${who} invited ${text('email', 'somebody')} as ${text('role', 'member')}.`,
  'member.joined': ({ who, text }) => `${who} joined as ${text('role', 'member')}.`,
  'member.claimed': ({ who }) => `${who} proved whose the e-mail is: what was set up before has ended.`,
  'member.role-changed': ({ who, text }) => `${who} made ${text('email', 'a member')} ${text('role', 'something else')}.`,
  'member.removed': ({ who, text }) => `${who} removed ${text('email', 'a member')}.`,
  'member.password-changed': ({ who }) => `${who} set a new password.`,
  'member.passkey-added': ({ who, text }) => `${who} added the passkey “${text('name', 'without a name')}”.`,
  'member.passkey-removed': ({ who, text }) => `${who} removed the passkey “${text('name', 'without a name')}”.`,
  'member.second-factor-added': ({ who }) => `${who} signs in with a second factor from now on.`,
  'member.second-factor-removed': ({ who }) => `${who} signs in without a second factor from now on.`,
  'member.provider-linked': ({ who, text }) => `${who} signs in with ${text('provider', 'another service')} from now on.`,
  'session.revoked': ({ who, text }) => `${who} ended ${text('what', 'a session')}.`,

  'key.created': ({ who, text }) => `${who} made the key “${text('name', 'without a name')}”.`,
  'key.changed': ({ who, text }) => `${who} changed the key “${text('name', 'without a name')}”.`,
  'key.revoked': ({ who, data, text }) => `${who} revoked ${data['samples'] ? things(data, 'key') : `the key “${text('name', 'without a name')}”`}${because(text('reason', ''))}.`,

  'access.requested': ({ who }) => `${who} asked for access to pinning.`,
  'access.approved': ({ who, text }) => `${who} gave access to pinning${saying(text('message', ''))}.`,
  'access.declined': ({ who, text }) => `${who} declined access to pinning${saying(text('message', ''))}.`,
  'access.closed': ({ who }) => `${who} closed this server: accounts ask for access before they pin.`,
  'access.opened': ({ who }) => `${who} opened pinning to every account.`,

  'plan.created': ({ who, text }) => `${who} made the plan “${text('plan', '')}”.`,
  'plan.changed': ({ who, text }) => `${who} changed the plan “${text('plan', '')}”.`,
  'plan.removed': ({ who, text }) => `${who} removed the plan “${text('plan', '')}”.`,
  'upload.expiring': ({ data }) => `Nobody has read ${things(data, 'upload')}: gone ${dayOf(data['ends'])} unless somebody reads, or you pin, what is to stay.`,
  'upload.expired': ({ data }) => `Gone, since nobody has read: ${things(data, 'upload')}.`,
  'quota.warned': ({ text }) => `${text('percent', 'Much')} % of what the plan gives of ${text('what', 'storage')} is used.`,
  'quota.reached': ({ text }) => `All that the plan gives of ${text('what', 'storage')} is used.`,

  'settings.changed': ({ who, text }) => `${who} changed the settings${text('what', '') && `: ${text('what')}`}.`,
  'store.damaged': ({ data }) => `${count(numberOf(data), 'damaged block')} found: kept out of use until repaired.`,
  'store.repaired': ({ data }) => `${count(numberOf(data), 'damaged block')} repaired.`,
  'store.reclaimed': ({ data }) => `${bytesInWords(Number(data['bytes'] ?? 0))} that nobody held were freed.`,
  'job.retried': ({ who, text }) => `${who} had the job ${text('kind', '')} run again.`,
  'letter.unsent': ({ text }) => `A letter to ${text('email', 'somebody')} could not be sent${because(text('reason', ''))}.`,
}

/** A kind that this version does not know is told by its name. */
export function eventWords({ kind, actor, data }: Event): string {
  const told: Told = { who: whoOf(actor), data, text: (name, absent = name) => textOf(data[name]) || absent }
  const sentence = Object.hasOwn(words, kind) ? words[kind](told) : `${told.who}: ${kind}.`
  return sentence.replace(/  +/g, ' ').replace(/ \./g, '.')
}

function whoOf({ kind, name }: Event['actor']): string {
  if (kind === 'member') return name ?? 'A member'
  if (kind === 'key') return name ? `The key “${name}”` : 'A key'
  return name ?? 'The server'
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ')
  return value === undefined || value === null ? '' : String(value)
}

/** Of milliseconds. */
function dayOf(time: unknown): string {
  return typeof time === 'number' ? `after ${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'soon'
}

const by = (what: string) => what && ` with ${what}`
const because = (why: string) => why && `: ${why}`
const saying = (message: string) => message && `, saying: ${message}`

function numberOf({ count: number }: EventData): number {
  return typeof number === 'number' ? number : 1
}

/** “a.jpg”, or: 1,204 files (“a.jpg”, “b.jpg” and others). */
function things(data: EventData, one: string): string {
  const samples = Array.isArray(data['samples']) ? (data['samples'] as { name?: string; cid?: string }[]) : []
  const names = samples.map(({ name, cid }) => (name ? `“${name}”` : (cid ?? ''))).filter((name) => name !== '')
  const all = numberOf(data)
  if (all === 1) return names[0] ?? count(1, one)
  return names.length === 0 ? count(all, one) : `${count(all, one)} (${names.join(', ')}${all > names.length ? ' and others' : ''})`
}
