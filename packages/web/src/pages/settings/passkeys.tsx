import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Fingerprint } from 'lucide-react'
import type { FormEvent } from 'react'
import { addPasskey, meQuery, removePasskey, type Me } from '../../api/me.ts'
import { sessionQuery } from '../../api/session.ts'
import { Age } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { ConfirmDelete } from '../../parts/confirm.tsx'
import { Field } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Section } from './section.tsx'

/** `offered`: the page is on a host name, so that there can be new ones. */
export function Passkeys({ me, offered = true }: { me: Me; offered?: boolean }) {
  const client = useQueryClient()
  const changed = () => Promise.all([client.invalidateQueries({ queryKey: meQuery.queryKey }), client.invalidateQueries({ queryKey: sessionQuery.queryKey, exact: true })])
  const add = useMutation({ mutationFn: addPasskey, onSuccess: changed })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    add.mutate(String(new FormData(form).get('name')).trim(), { onSuccess: () => form.reset() })
  }
  return (
    <Section title="Passkeys" about="Sign in with your device: a finger, a face or a PIN, instead of a password and a code.">
      <ul className="divide-y divide-line empty:hidden">
        {me.passkeys.map(({ id, name, created, used }) => (
          <li key={id} className="flex items-center gap-3 py-2">
            <div className="min-w-0 grow text-sm">
              <p className="truncate font-medium">{name}</p>
              <p className="text-xs text-soft">
                made <Age at={created} /> · {used ? <>used <Age at={used} /></> : 'never used'}
              </p>
            </div>
            <ConfirmDelete label={`Remove ${name}`} title={`Remove ${name}?`} verb="Remove" action={() => removePasskey(id)} onDone={() => void changed()}>
              It signs you in no more. Your device may still show it; remove it there, too.
            </ConfirmDelete>
          </li>
        ))}
      </ul>
      {offered && (
        <form className="flex flex-wrap items-end gap-3" onSubmit={onSubmit}>
          <Field label="Name of the device" name="name" required maxLength={100} placeholder="laptop, phone …" autoComplete="off" />
          <Button type="submit" icon={Fingerprint} disabled={add.isPending}>
            Add a passkey
          </Button>
        </form>
      )}
      <Problem error={add.error} />
    </Section>
  )
}
