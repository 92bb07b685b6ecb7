import { Activity, Anchor, Boxes, ChartLine, Files, Gauge, House, Inbox, KeyRound, ListChecks, Network, ScrollText, Settings as SettingsIcon, UserCog, Users, type LucideIcon } from 'lucide-react'
import type { LinkProps } from '@tanstack/react-router'

export interface Place {
  to: NonNullable<LinkProps['to']>
  icon: LucideIcon
  word: string
}

/** The pages of an account, in the order in which they are needed. */
export const places: readonly Place[] = [
  { to: '/', icon: House, word: 'Home' },
  { to: '/files', icon: Files, word: 'Files' },
  { to: '/pins', icon: Anchor, word: 'Pins' },
  { to: '/keys', icon: KeyRound, word: 'Keys' },
  { to: '/usage', icon: ChartLine, word: 'Usage' },
  { to: '/events', icon: Activity, word: 'Events' },
  { to: '/members', icon: Users, word: 'Members' },
  { to: '/settings', icon: SettingsIcon, word: 'Settings' },
]

/** For those who administer the server. */
export const adminPlaces: readonly Place[] = [
  { to: '/admin/accounts', icon: UserCog, word: 'Accounts' },
  { to: '/admin/plans', icon: Gauge, word: 'Plans' },
  { to: '/admin/store', icon: Boxes, word: 'Store' },
  { to: '/admin/jobs', icon: ListChecks, word: 'Jobs' },
  { to: '/admin/network', icon: Network, word: 'Network' },
  { to: '/admin/access', icon: Inbox, word: 'Access requests' },
  { to: '/admin/audit', icon: ScrollText, word: 'Audit' },
]
