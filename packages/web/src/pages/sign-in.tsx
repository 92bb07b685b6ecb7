import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { LogIn } from 'lucide-react'
import type { FormEvent } from 'react'
import { ApiError } from '../api/client.ts'
import { sessionQuery, signIn } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Field } from '../parts/field.tsx'
import { Front } from '../parts/front.tsx'
import { Problem } from '../parts/problem.tsx'

const route = getRouteApi('/signin')

export function SignIn() {
  const client = useQueryClient()
  const router = useRouter()
  const { to } = route.useSearch()
  const enter = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(email, password),
    onSuccess(session) {
      client.setQueryData(sessionQuery.queryKey, session)
      router.history.replace(to ?? '/')
    },
  })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const values = new FormData(event.currentTarget)
    enter.mutate({ email: String(values.get('email')).trim(), password: String(values.get('password')) })
  }
  return (
    <Front title="Sign in to Thole">
      <Card className="p-5">
        <form className="space-y-4" onSubmit={onSubmit}>
          <Field label="E-mail" name="email" type="email" required autoComplete="username" autoFocus />
          <Field label="Password" name="password" type="password" required autoComplete="current-password" />
          <Problem error={enter.error && explain(enter.error)} />
          <Button type="submit" look="primary" icon={LogIn} className="w-full" disabled={enter.isPending}>
            Sign in
          </Button>
        </form>
      </Card>
    </Front>
  )
}

/** The general words for 401 send people here, where they are already. */
function explain(error: Error): Error {
  return error instanceof ApiError && error.status === 401 ? new Error('E-mail or password is wrong. Check both and try again.') : error
}
