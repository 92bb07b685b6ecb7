import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Save } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { instanceQuery } from '../../api/instance.ts'
import { changeSettings, settingsQuery } from '../../api/members.ts'
import { toast } from '../../lib/toasts.ts'
import { Button } from '../../parts/button.tsx'
import { Checkbox } from '../../parts/checkbox.tsx'
import { Field } from '../../parts/field.tsx'
import { NetworkPick } from '../../parts/network-pick.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Section } from './section.tsx'

/** What an admin settles for everybody. */
export function ThisServer() {
  const client = useQueryClient()
  const { data: settings } = useSuspenseQuery(settingsQuery)
  const { data: instance } = useSuspenseQuery(instanceQuery)
  const [network, setNetwork] = useState(settings.network ?? (instance.network.mode === 'public' ? 'public' : 'local'))
  const [secondFactor, setSecondFactor] = useState(settings.secondFactor)
  const save = useMutation({
    mutationFn: changeSettings,
    onSuccess(now) {
      client.setQueryData(settingsQuery.queryKey, now)
      toast('Saved.')
      return client.invalidateQueries({ queryKey: instanceQuery.queryKey })
    },
  })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name'))
    save.mutate({ name, secondFactor, ...(!instance.network.byVariable && { network }) })
  }
  return (
    <Section title="This server" about="For everybody who uses it.">
      <form className="space-y-4" onSubmit={onSubmit}>
        <div className="max-w-md">
          <Field label="Name" name="name" required maxLength={60} defaultValue={settings.name} hint="In letters, in authenticator apps, and where people sign in." />
        </div>
        <Checkbox label="Ask everybody for a second factor" hint="Whoever has none sets one up when they next sign in." checked={secondFactor} onChange={setSecondFactor} />
        <NetworkPick instance={instance} value={network} onChange={setNetwork} />
        <Problem error={save.error} />
        <Button type="submit" icon={Save} disabled={save.isPending}>
          Save
        </Button>
      </form>
    </Section>
  )
}
