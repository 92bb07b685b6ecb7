import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { doorsQuery } from '../../api/doors.ts'
import { meQuery } from '../../api/me.ts'
import { useEntered } from '../../lib/use-entered.ts'
import { Button } from '../../parts/button.tsx'
import { Front } from '../../parts/front.tsx'
import { Codes } from '../settings/codes.tsx'
import { Passkeys } from '../settings/passkeys.tsx'

const route = getRouteApi('/enrol')

/** This server asks for a second factor, and this person has none yet. */
export function Enrol() {
  const { to } = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const { data: doors } = useSuspenseQuery(doorsQuery)
  const entered = useEntered(to)
  return (
    <Front title="Set up a second factor">
      <p className="text-center text-sm text-soft">This server asks everybody for more than a password. Choose one; you can change it in Settings later.</p>
      <Codes me={me} />
      {doors.passkeys && <Passkeys me={me} />}
      <Button look="primary" disabled={me.needs !== undefined} onClick={() => void entered({ email: me.email })}>
        Go on
      </Button>
    </Front>
  )
}
