import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Smartphone } from 'lucide-react'
import { useState } from 'react'
import { meQuery, proposeCodes, removeCodes, renewRecoveryCodes, type Me } from '../../api/me.ts'
import { sessionQuery } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { ConfirmDelete } from '../../parts/confirm.tsx'
import { Problem } from '../../parts/problem.tsx'
import { ConfirmCodes } from './confirm-codes.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'
import { Section } from './section.tsx'

/** One-time codes of an authenticator app. */
export function Codes({ me }: { me: Me }) {
  const client = useQueryClient()
  const [shown, setShown] = useState<string[]>()
  const propose = useMutation({ mutationFn: proposeCodes })
  const renew = useMutation({ mutationFn: renewRecoveryCodes, onSuccess: ({ recoveryCodes }) => settled(recoveryCodes) })
  const settled = (codes?: string[]) => {
    setShown(codes)
    propose.reset()
    return Promise.all([client.invalidateQueries({ queryKey: meQuery.queryKey }), client.invalidateQueries({ queryKey: sessionQuery.queryKey, exact: true })])
  }
  return (
    <Section title="One-time codes" about={me.codes ? `Your authenticator app is asked for a code when you sign in. ${me.recoveryCodes} recovery codes are left.` : 'A code from an app on your phone, besides your password.'}>
      {shown && <RecoveryCodes codes={shown} onClose={() => setShown(undefined)} />}
      {propose.data && !me.codes && <ConfirmCodes {...propose.data} onDone={(codes) => void settled(codes)} />}
      <Problem error={propose.error ?? renew.error} />
      <div className="flex flex-wrap items-center gap-2 empty:hidden">
        {!me.codes && !propose.data && (
          <Button icon={Smartphone} disabled={propose.isPending} onClick={() => propose.mutate()}>
            Set up one-time codes
          </Button>
        )}
        {me.codes && (
          <>
            <Button disabled={renew.isPending} onClick={() => renew.mutate()}>
              New recovery codes
            </Button>
            <ConfirmDelete label="Remove one-time codes" title="Sign in without one-time codes?" verb="Remove" action={removeCodes} onDone={() => void settled()}>
              Your password alone is enough then. Remove the entry in your app, too.
            </ConfirmDelete>
          </>
        )}
      </div>
    </Section>
  )
}
