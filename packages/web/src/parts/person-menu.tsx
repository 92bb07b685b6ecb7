import { useQuery } from '@tanstack/react-query'
import { CircleUser, Download, LogOut } from 'lucide-react'
import { useState } from 'react'
import { accountsQuery, lookAtAccount } from '../api/members.ts'
import { signOut, type Session } from '../api/session.ts'
import { readTheme, setTheme, type Theme } from '../lib/theme.ts'
import { buttonClass } from './button.tsx'
import { Menu, MenuChoice, MenuItem, MenuLine, MenuLink } from './menu.tsx'

const themeWords = [
  { value: 'system', word: 'As the system' },
  { value: 'light', word: 'Light' },
  { value: 'dark', word: 'Dark' },
] as const

/** Who is signed in, and what concerns them alone. */
export function PersonMenu({ session }: { session: Session }) {
  const [theme, setShown] = useState(readTheme)
  const choose = (next: Theme) => {
    setTheme(next)
    setShown(next)
  }
  return (
    <Menu
      trigger={
        <button type="button" className={`${buttonClass('quiet')} max-w-64`} aria-label={`Account of ${session.email}`}>
          <CircleUser size={18} className="shrink-0" aria-hidden />
          <span className="hidden truncate sm:inline">{session.email}</span>
        </button>
      }
    >
      <p className="px-2.5 py-1.5 text-xs wrap-anywhere text-soft sm:hidden">{session.email}</p>
      <AccountChoice shown={session.account.id} />
      <MenuChoice label="Theme" value={theme} options={themeWords} onChange={choose} />
      <MenuLine />
      <MenuLink icon={Download} href="/api/v1/account/export" download>
        Download everything
      </MenuLink>
      {/* A full load leaves nothing of this person in memory. */}
      <MenuItem icon={LogOut} onSelect={() => void signOut().finally(() => location.assign('/signin'))}>
        Sign out
      </MenuItem>
    </Menu>
  )
}

/** Of a person who belongs to several. */
function AccountChoice({ shown }: { shown: string }) {
  const { data: accounts = [] } = useQuery(accountsQuery)
  if (accounts.length < 2) return null
  // A full load: nothing of the other account stays in memory.
  const look = (id: string) => void lookAtAccount(id).then(() => location.assign('/'))
  return (
    <>
      <MenuChoice label="Account" value={shown} options={accounts.map(({ id, email }) => ({ value: id, word: email }))} onChange={look} />
      <MenuLine />
    </>
  )
}
