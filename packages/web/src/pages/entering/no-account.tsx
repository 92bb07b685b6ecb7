import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { LogOut, UserPlus } from 'lucide-react'
import { doorsQuery } from '../../api/doors.ts'
import { makeAccount, sessionQuery, signOut } from '../../api/session.ts'
import { useEntered } from '../../lib/use-entered.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Front } from '../../parts/front.tsx'
import { Problem } from '../../parts/problem.tsx'

/** This person can sign in, and belongs to no account: they left the last one, or were removed from it. */
export function NoAccount() {
  const { data: doors } = useSuspenseQuery(doorsQuery)
  const { data: session } = useQuery(sessionQuery)
  const entered = useEntered()
  const make = useMutation({ mutationFn: makeAccount, onSuccess: () => entered({ email: session?.email ?? '' }) })
  return (
    <Front title="You belong to no account">
      <Card className="space-y-4 p-5">
        <p className="text-sm">
          You are signed in as <strong className="wrap-anywhere">{session?.email}</strong>. To work with an account again, ask its owner, or whoever runs this server, for an invitation, and open its link in this browser.
        </p>
        <Problem error={make.error} />
        {doors.signUp === 'open' && (
          <Button look="primary" icon={UserPlus} className="w-full" disabled={make.isPending} onClick={() => make.mutate()}>
            Make an account of my own
          </Button>
        )}
        <Button icon={LogOut} className="w-full" onClick={() => void signOut().finally(() => location.assign('/signin'))}>
          Sign out
        </Button>
      </Card>
    </Front>
  )
}
