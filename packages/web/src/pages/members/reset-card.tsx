import { useMutation } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { resetLink } from '../../api/members.ts'
import { Button } from '../../parts/button.tsx'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Checkbox } from '../../parts/checkbox.tsx'
import { Field } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'
import { ShownLink } from './shown-link.tsx'

/** For people who cannot sign in any more. */
export function ResetCard() {
  const [secondFactor, setSecondFactor] = useState(false)
  const reset = useMutation({ mutationFn: (email: string) => resetLink(email, secondFactor) })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    reset.mutate(String(new FormData(event.currentTarget).get('email')).trim())
  }
  return (
    <Card className="space-y-4 p-4" aria-labelledby="reset">
      <div>
        <CardTitle id="reset">Somebody cannot sign in</CardTitle>
        <p className="mt-1 text-sm text-soft">Make a link by which they set a new password. Be sure that it is them who ask.</p>
      </div>
      <form className="max-w-md space-y-3" onSubmit={onSubmit}>
        <Field label="Their e-mail" name="email" type="email" required autoComplete="off" />
        <Checkbox label="They have lost their second factor" hint="Their one-time codes and passkeys are forgotten, too." checked={secondFactor} onChange={setSecondFactor} />
        <Problem error={reset.error} />
        <Button type="submit" icon={KeyRound} disabled={reset.isPending}>
          Make a link
        </Button>
      </form>
      {reset.data && <ShownLink what={`New password for ${reset.variables}`} path="/reset" token={reset.data.token} />}
    </Card>
  )
}
