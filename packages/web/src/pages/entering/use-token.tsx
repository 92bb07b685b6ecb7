import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { KeyRound, LogIn, MailCheck } from 'lucide-react'
import { useState, type FormEvent, type ReactNode } from 'react'
import { resetPassword, useLink } from '../../api/doors.ts'
import { meQuery, verifyEmail } from '../../api/me.ts'
import { takeSetupToken } from '../../lib/setup-token.ts'
import { useEntered } from '../../lib/use-entered.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Field } from '../../parts/field.tsx'
import { Front } from '../../parts/front.tsx'
import { Problem } from '../../parts/problem.tsx'

/**
 * Where links of letters lead. A button does what the link is for: programs that look into people's mail open links, and would use them up.
 */
export function LinkPage() {
  const [token] = useState(takeSetupToken)
  const enter = useMutation({ mutationFn: () => useLink(token), onSuccess: useEntered() })
  return (
    <TokenFront title="Sign in" token={token}>
      <Problem error={enter.error} />
      <Button look="primary" icon={LogIn} className="w-full" disabled={enter.isPending} onClick={() => enter.mutate()}>
        Sign in
      </Button>
    </TokenFront>
  )
}

export function ResetPage() {
  const [token] = useState(takeSetupToken)
  const set = useMutation({ mutationFn: (password: string) => resetPassword(token, password), onSuccess: useEntered() })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    set.mutate(String(new FormData(event.currentTarget).get('password')))
  }
  return (
    <TokenFront title="Set a new password" token={token}>
      <form className="space-y-4" onSubmit={onSubmit}>
        <Field label="New password" name="password" type="password" required minLength={8} autoComplete="new-password" autoFocus hint="At least 8 characters; a sentence is best. You are signed out everywhere else." />
        <Problem error={set.error} />
        <Button type="submit" look="primary" icon={KeyRound} className="w-full" disabled={set.isPending}>
          Set it and sign in
        </Button>
      </form>
    </TokenFront>
  )
}

export function VerifyPage() {
  const [token] = useState(takeSetupToken)
  const client = useQueryClient()
  const router = useRouter()
  const verify = useMutation({
    mutationFn: () => verifyEmail(token),
    async onSuccess() {
      await client.invalidateQueries(meQuery)
      await router.navigate({ to: '/settings', replace: true })
    },
  })
  return (
    <TokenFront title="Confirm your e-mail" token={token}>
      <Problem error={verify.error} />
      <Button look="primary" icon={MailCheck} className="w-full" disabled={verify.isPending} onClick={() => verify.mutate()}>
        This address is mine
      </Button>
    </TokenFront>
  )
}

function TokenFront({ title, token, children }: { title: string; token: string; children: ReactNode }) {
  return (
    <Front title={title}>
      <Card className="space-y-4 p-5">{token === '' ? <p className="text-sm">The link is not whole. Open it from the letter again.</p> : children}</Card>
      <Link to="/signin" className="text-center text-sm text-brand underline">
        To the sign-in page
      </Link>
    </Front>
  )
}
