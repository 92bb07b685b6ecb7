import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { UserPlus } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { instanceQuery, type Instance } from '../api/instance.ts'
import { sessionQuery, setUp } from '../api/session.ts'
import { readSetupToken, takeSetupToken } from '../lib/setup-token.ts'
import { Button, buttonClass } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Field } from '../parts/field.tsx'
import { Front } from '../parts/front.tsx'
import { NetworkPick } from '../parts/network-pick.tsx'
import { Problem } from '../parts/problem.tsx'

export function Setup() {
  const { data: instance } = useSuspenseQuery(instanceQuery)
  if (!instance.setup) return <Done />
  return (
    <Front title="Set up Thole">
      <SetupForm instance={instance} />
    </Front>
  )
}

function SetupForm({ instance }: { instance: Instance }) {
  const client = useQueryClient()
  const router = useRouter()
  const [found] = useState(takeSetupToken)
  const [network, setNetwork] = useState<'local' | 'public'>(instance.network.mode === 'public' ? 'public' : 'local')
  const make = useMutation({
    mutationFn: setUp,
    async onSuccess() {
      await Promise.all([client.invalidateQueries(sessionQuery), client.fetchQuery({ ...instanceQuery, staleTime: 0 })])
      await router.navigate({ to: '/', replace: true })
    },
  })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const values = new FormData(event.currentTarget)
    const text = (name: string) => String(values.get(name))
    const admin = { token: found || readSetupToken(text('token')), email: text('email').trim(), password: text('password') }
    make.mutate({ ...admin, name: text('name'), ...(!instance.network.byVariable && { network }) })
  }
  return (
    <Card className="p-5">
      <form className="space-y-4" onSubmit={onSubmit}>
        <p className="text-sm text-soft">Make the first account. It administers this server.</p>
        {!found && <Field label="Set-up link" name="token" required autoComplete="off" spellCheck={false} hint="The server printed it when it started. Restart it for a new one." />}
        <Field label="E-mail" name="email" type="email" required autoComplete="username" autoFocus={found !== ''} />
        <Field label="Password" name="password" type="password" required minLength={8} autoComplete="new-password" hint="At least 8 characters; a sentence is best." />
        <Field label="Name of this server" name="name" required maxLength={60} defaultValue={instance.name} autoComplete="off" hint="What people see where they sign in. It can be changed in Settings." />
        <NetworkPick instance={instance} value={network} onChange={setNetwork} />
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
