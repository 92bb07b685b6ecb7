import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { UserPlus } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { instanceQuery } from '../api/instance.ts'
import { sessionQuery, setUp } from '../api/session.ts'
import { readSetupToken, takeSetupToken } from '../lib/setup-token.ts'
import { Button, buttonClass } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Field } from '../parts/field.tsx'
import { Front } from '../parts/front.tsx'
import { NetworkChoice } from '../parts/network-choice.tsx'
import { Problem } from '../parts/problem.tsx'

export function Setup() {
  const { data: instance } = useSuspenseQuery(instanceQuery)
  if (!instance.setup) return <Done />
  return (
    <Front title="Set up Thole">
      <SetupForm />
      <NetworkChoice mode={instance.network.mode} />
    </Front>
  )
}

function SetupForm() {
  const client = useQueryClient()
  const router = useRouter()
  const [found] = useState(takeSetupToken)
  const make = useMutation({
    mutationFn: ({ token, email, password }: { token: string; email: string; password: string }) => setUp(token, email, password),
    async onSuccess() {
      await Promise.all([client.invalidateQueries(sessionQuery), client.fetchQuery({ ...instanceQuery, staleTime: 0 })])
      await router.navigate({ to: '/', replace: true })
    },
  })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const values = new FormData(event.currentTarget)
    const token = found || readSetupToken(String(values.get('token')))
    make.mutate({ token, email: String(values.get('email')).trim(), password: String(values.get('password')) })
  }
  return (
    <Card className="p-5">
      <form className="space-y-4" onSubmit={onSubmit}>
        <p className="text-sm text-soft">Make the first account. It administers this server.</p>
        {!found && <Field label="Set-up link" name="token" required autoComplete="off" spellCheck={false} hint="The server printed it when it started. Restart it for a new one." />}
        <Field label="E-mail" name="email" type="email" required autoComplete="username" autoFocus={found !== ''} />
        <Field label="Password" name="password" type="password" required minLength={8} autoComplete="new-password" hint="At least 8 characters; a sentence is best." />
        <Problem error={make.error} />
        <Button type="submit" look="primary" icon={UserPlus} className="w-full" disabled={make.isPending}>
          Create the admin
        </Button>
      </form>
    </Card>
  )
}

function Done() {
  return (
    <Front title="Thole is set up">
      <p className="text-center text-sm text-soft">This server has its admin; the link has done its work.</p>
      <Link to="/" className={buttonClass('primary')}>
        Go on
      </Link>
    </Front>
  )
}
