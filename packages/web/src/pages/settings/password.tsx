import { useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import type { FormEvent } from 'react'
import { changePassword, meQuery, type Me } from '../../api/me.ts'
import { toast } from '../../lib/toasts.ts'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Section } from './section.tsx'

export function Password({ me }: { me: Me }) {
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: ({ password, current }: { password: string; current?: string }) => changePassword(password, current),
    onSuccess() {
      toast('The new password holds. You are signed out everywhere else.')
      return client.invalidateQueries({ queryKey: meQuery.queryKey })
    },
  })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const values = new FormData(form)
    change.mutate({ password: String(values.get('password')), current: me.password ? String(values.get('current')) : undefined }, { onSuccess: () => form.reset() })
  }
  return (
    <Section title="Password" about={me.password ? 'A new one ends all your other sessions.' : 'You have none: you sign in another way.'}>
      <form className="max-w-md space-y-3" onSubmit={onSubmit}>
        <input type="hidden" name="username" autoComplete="username" value={me.email} />
        {me.password && <Field label="Present password" name="current" type="password" required autoComplete="current-password" />}
        <Field label="New password" name="password" type="password" required minLength={8} autoComplete="new-password" hint="At least 8 characters; a sentence is best." />
        <Problem error={change.error} />
        <Button type="submit" icon={KeyRound} disabled={change.isPending}>
          {me.password ? 'Change password' : 'Set a password'}
        </Button>
      </form>
    </Section>
  )
}
