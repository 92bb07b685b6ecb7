import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ExternalLink, UserPlus } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { acceptInvitation, doorsQuery, lookAtInvitation, providerLink, type Invitation } from '../../api/doors.ts'
import { instanceQuery } from '../../api/instance.ts'
import { sessionQuery } from '../../api/session.ts'
import { takeSetupToken } from '../../lib/setup-token.ts'
import { useEntered } from '../../lib/use-entered.ts'
import { Button, buttonClass } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Field } from '../../parts/field.tsx'
import { Front } from '../../parts/front.tsx'
import { Problem } from '../../parts/problem.tsx'

export function InvitationPage() {
  const [token] = useState(takeSetupToken)
  const { data: instance } = useSuspenseQuery(instanceQuery)
  const { data: invitation, error } = useQuery({ queryKey: ['invitation', token], queryFn: () => lookAtInvitation(token), retry: false })
  return (
    <Front title={`Welcome to ${instance.name}`}>
      <Card className="space-y-4 p-5">
        <Problem error={error} />
        {invitation && <Accept invitation={invitation} token={token} />}
      </Card>
    </Front>
  )
}

function Accept({ invitation, token }: { invitation: Invitation; token: string }) {
  const { email, role, account, isMember } = invitation
  return (
    <>
      <p className="text-sm">
        {account ? (
          <>
            You, <strong className="wrap-anywhere">{email}</strong>, are asked into the account of <strong className="wrap-anywhere">{account}</strong> as {role}.
          </>
        ) : (
          <>
            You, <strong className="wrap-anywhere">{email}</strong>, get an account of your own.
          </>
        )}
      </p>
      {isMember ? <AsMember email={email} token={token} /> : <AsNewcomer email={email} token={token} />}
    </>
  )
}

function AsMember({ email, token }: { email: string; token: string }) {
  const { data: session } = useQuery(sessionQuery)
  const accept = useMutation({ mutationFn: () => acceptInvitation(token), onSuccess: useEntered() })
  if (session?.email !== email) {
    return (
      <p className="text-sm text-soft">
        You can sign in already.{' '}
        <Link to="/signin" className="text-brand underline">
          Sign in as {email}
        </Link>
        , then open the invitation again.
      </p>
    )
  }
  return (
    <>
      <Problem error={accept.error} />
      <Button look="primary" icon={UserPlus} className="w-full" disabled={accept.isPending} onClick={() => accept.mutate()}>
        Accept
      </Button>
    </>
  )
}

function AsNewcomer({ email, token }: { email: string; token: string }) {
  const { data: doors } = useSuspenseQuery(doorsQuery)
  const accept = useMutation({ mutationFn: (password: string) => acceptInvitation(token, password), onSuccess: useEntered() })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    accept.mutate(String(new FormData(event.currentTarget).get('password')))
  }
  return (
    <>
      <form className="space-y-4" onSubmit={onSubmit}>
        <input type="hidden" name="username" autoComplete="username" value={email} />
        <Field label="Password" name="password" type="password" required minLength={8} autoComplete="new-password" autoFocus hint="At least 8 characters; a sentence is best." />
        <Problem error={accept.error} />
        <Button type="submit" look="primary" icon={UserPlus} className="w-full" disabled={accept.isPending}>
          Accept
        </Button>
      </form>
      {doors.providers.map(({ id, name }) => (
        <a key={id} href={providerLink(id, { invitation: token })} className={`${buttonClass()} w-full`}>
          <ExternalLink size={16} aria-hidden />
          Accept with {name}
        </a>
      ))}
    </>
  )
}
