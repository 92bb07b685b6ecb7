import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { LogIn } from 'lucide-react'
import type { FormEvent } from 'react'
import { ApiError } from '../../api/client.ts'
import { signIn, type Entered } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'

export function PasswordForm({ onEntered, canReset }: { onEntered(entered: Entered): void; canReset: boolean }) {
  const enter = useMutation({ mutationFn: ({ email, password }: { email: string; password: string }) => signIn(email, password), onSuccess: onEntered })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const values = new FormData(event.currentTarget)
    enter.mutate({ email: String(values.get('email')).trim(), password: String(values.get('password')) })
  }
  return (
    <form className="space-y-4" onSubmit={onSubmit}>
      <Field label="E-mail" name="email" type="email" required autoComplete="username" autoFocus />
      <Field label="Password" name="password" type="password" required autoComplete="current-password" />
      {canReset && (
        <p className="text-right text-sm">
          <Link to="/forgot" className="text-brand underline">
            Forgot it?
          </Link>
        </p>
      )}
      <Problem error={enter.error && explain(enter.error)} />
      <Button type="submit" look="primary" icon={LogIn} className="w-full" disabled={enter.isPending}>
        Sign in
      </Button>
    </form>
  )
}

/** The general words for 401 send people here, where they are already. */
function explain(error: Error): Error {
  return error instanceof ApiError && error.status === 401 ? new Error('E-mail or password is wrong. Check both and try again.') : error
}
