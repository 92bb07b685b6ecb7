import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Mail } from 'lucide-react'
import type { FormEvent } from 'react'
import { sendLink, sendReset, signUp } from '../../api/doors.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Field } from '../../parts/field.tsx'
import { Front } from '../../parts/front.tsx'
import { Problem } from '../../parts/problem.tsx'

interface AskProps {
  title: string
  about: string
  send(email: string): Promise<void>
}

/** Asks for an e-mail address, and says the same whether anybody has it or not. */
function AskLetter({ title, about, send }: AskProps) {
  const ask = useMutation({ mutationFn: send })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    ask.mutate(String(new FormData(event.currentTarget).get('email')).trim())
  }
  return (
    <Front title={title}>
      <Card className="p-5">
        {ask.isSuccess ? (
          <p role="status" className="text-sm">
            If this server knows the address <strong className="wrap-anywhere">{ask.variables}</strong>, a letter is on its way. Its link works once, for a quarter of an hour. Look into the spam folder, too.
          </p>
        ) : (
          <form className="space-y-4" onSubmit={onSubmit}>
            <p className="text-sm text-soft">{about}</p>
            <Field label="E-mail" name="email" type="email" required autoComplete="username" autoFocus />
            <Problem error={ask.error} />
            <Button type="submit" look="primary" icon={Mail} className="w-full" disabled={ask.isPending}>
              Send the letter
            </Button>
          </form>
        )}
      </Card>
      <Link to="/signin" className="text-center text-sm text-brand underline">
        Back to signing in
      </Link>
    </Front>
  )
}

export function Forgot() {
  return <AskLetter title="Forgot your password?" about="We send you a link by which you set a new one." send={sendReset} />
}

export function Letter() {
  return <AskLetter title="Sign in by e-mail" about="We send you a link that signs you in, without a password." send={sendLink} />
}

export function SignUp() {
  return <AskLetter title="Make an account" about="We send you a link to go on with." send={signUp} />
}
