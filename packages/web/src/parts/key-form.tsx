import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronRight, Plus } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { createKey, defaultScopes, keysQuery, scopes } from '../api/keys.ts'
import { Button } from './button.tsx'
import { Card, CardTitle } from './card.tsx'
import { Checkbox } from './checkbox.tsx'
import { Field } from './field.tsx'
import { Problem } from './problem.tsx'

export interface MadeKey {
  name: string
  secret: string
}

export function KeyForm({ onMade }: { onMade(made: MadeKey): void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [wanted, setWanted] = useState(defaultScopes)
  const make = useMutation({
    mutationFn: () => createKey(name.trim(), wanted),
    onSuccess({ key }) {
      onMade({ name: name.trim(), secret: key })
      setName('')
      setWanted(defaultScopes)
      return client.invalidateQueries(keysQuery)
    },
  })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    make.mutate()
  }
  return (
    <Card className="p-4" aria-labelledby="new-key">
      <CardTitle id="new-key" className="mb-4">
        New key
      </CardTitle>
      <form className="space-y-4" onSubmit={onSubmit}>
        <Field label="Name" required maxLength={100} placeholder="laptop, build server …" autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
        <details className="group text-sm">
          <summary className="inline-flex list-none items-center gap-1 rounded text-soft hover:text-ink">
            <ChevronRight size={16} className="transition-transform group-open:rotate-90" aria-hidden />
            {wanted.length === defaultScopes.length && !wanted.includes('admin') ? 'May do everything but administer' : `May do ${wanted.length} of ${scopes.length} things`}
          </summary>
          <fieldset className="mt-3 space-y-3">
            <legend className="sr-only">What the key may do</legend>
            {scopes.map(({ id, label, hint }) => (
              <Checkbox key={id} label={label} hint={hint} checked={wanted.includes(id)} onChange={(on) => setWanted(on ? [...wanted, id] : wanted.filter((scope) => scope !== id))} />
            ))}
          </fieldset>
        </details>
        <Problem error={make.error} />
        <Button type="submit" look="primary" icon={Plus} className="w-full" disabled={make.isPending || wanted.length === 0}>
          Create key
        </Button>
      </form>
    </Card>
  )
}
