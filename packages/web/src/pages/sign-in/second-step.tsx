import { useMutation } from '@tanstack/react-query'
import { Fingerprint, LogIn } from 'lucide-react'
import type { FormEvent } from 'react'
import { ApiError } from '../../api/client.ts'
import { enterByPasskey, showCode } from '../../api/doors.ts'
import { signOut, type Entered } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Field } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'

/** The first factor was right; the second is asked for. */
export function SecondStep({ passkeys, onEntered, onBack }: { passkeys: boolean; onEntered(entered: Entered): void; onBack(): void }) {
  const show = useMutation({ mutationFn: showCode, onSuccess: onEntered })
  const passkey = useMutation({ mutationFn: enterByPasskey, onSuccess: onEntered })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    show.mutate(String(new FormData(event.currentTarget).get('code')))
  }
  const error = show.error ?? passkey.error
  return (
    <Card className="space-y-4 p-5">
      <form className="space-y-4" onSubmit={onSubmit}>
        <Field label="One-time code" name="code" required autoFocus autoComplete="one-time-code" spellCheck={false} hint="From your authenticator app. If you have lost it, a recovery code." />
        <Problem error={error && explain(error)} />
        <Button type="submit" look="primary" icon={LogIn} className="w-full" disabled={show.isPending}>
          Go on
        </Button>
      </form>
      {passkeys && (
        <Button icon={Fingerprint} className="w-full" disabled={passkey.isPending} onClick={() => passkey.mutate()}>
          Use a passkey
        </Button>
      )}
      <Button look="quiet" className="w-full" onClick={() => void signOut().finally(onBack)}>
        Sign in as somebody else
      </Button>
    </Card>
  )
}

function explain(error: Error): Error {
  return error instanceof ApiError && error.status === 401 ? new Error('This code is wrong, or was used already. Wait for the next one and try again.') : error
}
