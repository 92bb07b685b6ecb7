import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { useId, useState, type FormEvent } from 'react'
import { invitationsQuery, invite, roles, withdraw, type Where } from '../../api/members.ts'
import type { MemberRole } from '../../api/session.ts'
import { formatMoment } from '../../lib/age.ts'
import { Button } from '../../parts/button.tsx'
import { Card, CardTitle } from '../../parts/card.tsx'
import { ConfirmDelete } from '../../parts/confirm.tsx'
import { Field, SelectField } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'
import { ShownLink } from './shown-link.tsx'

interface InviteCardProps {
  where: Where
  title: string
  about: string
}

/** Asks people in, and lists who was asked and has not come. */
export function InviteCard({ where, title, about }: InviteCardProps) {
  const id = useId()
  const client = useQueryClient()
  const { data: waiting = [] } = useQuery(invitationsQuery(where))
  const [role, setRole] = useState<MemberRole>('member')
  const changed = () => client.invalidateQueries({ queryKey: invitationsQuery(where).queryKey })
  const ask = useMutation({ mutationFn: (email: string) => invite(where, email, role), onSuccess: changed })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    ask.mutate(String(new FormData(form).get('email')).trim(), { onSuccess: () => form.reset() })
  }
  return (
    <Card className="space-y-4 p-4" aria-labelledby={id}>
      <div>
        <CardTitle id={id}>{title}</CardTitle>
        <p className="mt-1 text-sm text-soft">{about}</p>
      </div>
      <form className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:items-start" onSubmit={onSubmit}>
        <div className="min-w-0 grow sm:basis-64">
          <Field label="E-mail" name="email" type="email" required autoComplete="off" />
        </div>
        {where === 'members' && (
          <div className="grow sm:basis-48">
            <SelectField label="Role" value={role} onChange={(event) => setRole(event.target.value as MemberRole)} hint={roles.find((one) => one.id === role)?.about}>
              {roles.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.word}
                </option>
              ))}
            </SelectField>
          </div>
        )}
        <Button type="submit" look="primary" icon={UserPlus} className="self-start sm:mt-6" disabled={ask.isPending}>
          Invite
        </Button>
      </form>
      <Problem error={ask.error} />
      {ask.data && (ask.data.token ? <ShownLink what={`Invitation for ${ask.variables}`} path="/invitation" token={ask.data.token} /> : <p role="status" className="text-sm">A letter is on its way to {ask.variables}.</p>)}
      <ul className="divide-y divide-line empty:hidden">
        {waiting.map((one) => (
          <li key={one.id} className="flex items-center gap-3 py-2 text-sm">
            <span className="min-w-0 grow">
              <span className="block truncate">{one.email}</span>
              <span className="text-xs text-soft">
                asked as {one.role}, {one.mailed ? 'by letter' : 'by link'} · until {formatMoment(one.expires)}
              </span>
            </span>
            <ConfirmDelete label={`Withdraw the invitation of ${one.email}`} title={`Withdraw the invitation of ${one.email}?`} verb="Withdraw" action={() => withdraw(where, one.id)} onDone={() => void changed()}>
              Its link leads nowhere then.
            </ConfirmDelete>
          </li>
        ))}
      </ul>
    </Card>
  )
}
