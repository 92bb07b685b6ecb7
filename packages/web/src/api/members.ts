import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'
import type { MemberRole } from './session.ts'

export interface Member {
  id: string
  email: string
  role: MemberRole
  secondFactor: boolean
  created: string
}

export interface WaitingInvitation {
  id: string
  email: string
  role: MemberRole
  madeBy?: string
  /** A letter took the link there. */
  mailed: boolean
  expires: string
}

/** Into an account, or by an admin to an account of one's own. */
export type Where = 'members' | 'admin'

export interface InstanceSettings {
  name: string
  network?: 'local' | 'public'
  secondFactor: boolean
}

export const roles: readonly { id: MemberRole; word: string; about: string }[] = [
  { id: 'owner', word: 'Owner', about: 'Everything: keys, members, settings of the account.' },
  { id: 'member', word: 'Member', about: 'Uploads, pins, deletes; sees usage and members. Makes no keys.' },
  { id: 'reader', word: 'Reader', about: 'Sees pins and content.' },
]

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: async ({ signal }) => (await request<{ members: Member[] }>('GET', 'members', undefined, signal)).members,
})

export const invitationsQuery = (where: Where) =>
  queryOptions({
    queryKey: ['invitations', where],
    queryFn: async ({ signal }) => (await request<{ invitations: WaitingInvitation[] }>('GET', `${where}/invitations`, undefined, signal)).invitations,
  })

export const accountsQuery = queryOptions({
  queryKey: ['session', 'accounts'],
  queryFn: async ({ signal }) => (await request<{ accounts: { id: string; email: string; role: MemberRole }[] }>('GET', 'session/accounts', undefined, signal)).accounts,
})

export const settingsQuery = queryOptions({ queryKey: ['admin', 'settings'], queryFn: ({ signal }) => request<InstanceSettings>('GET', 'admin/settings', undefined, signal) })

export const setRole = (id: string, role: MemberRole) => request<void>('PATCH', `members/${id}`, { role })
export const removeMember = (id: string) => request<void>('DELETE', `members/${id}`)
/** `token`: for the link, where no letter takes it there. */
export const invite = (where: Where, email: string, role: MemberRole) => request<{ id: string; token?: string }>('POST', `${where}/invitations`, { email, ...(where === 'members' && { role }) })
export const withdraw = (where: Where, id: string) => request<void>('DELETE', `${where}/invitations/${id}`)
export const lookAtAccount = (account: string) => request<void>('PUT', 'session/account', { account })
export const changeSettings = (changes: Partial<InstanceSettings>) => request<InstanceSettings>('PATCH', 'admin/settings', changes)
export const resetLink = (email: string, secondFactor: boolean) => request<{ token: string }>('POST', 'admin/members/reset', { email, secondFactor })
