import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { createKey, keysQuery } from '../../api/keys.ts'
import { sessionQuery } from '../../api/session.ts'
import { endOf, never } from '../../lib/ends.ts'
import { usualScopes } from '../../lib/grants.ts'
import { Button } from '../../parts/button.tsx'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Field } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'
import { EndField } from './end-field.tsx'
import { GrantFields } from './grant-fields.tsx'

export interface MadeKey {
  name: string
  secret: string
}

export function KeyForm({ onMade }: { onMade(made: MadeKey): void }) {
  const client = useQueryClient()
  const { data: session } = useQuery(sessionQuery)
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState(usualScopes)
  const [end, setEnd] = useState(never)
  const make = useMutation({
    mutationFn: () => createKey({ name: name.trim(), scopes, expires: endOf(end) }),
    onSuccess({ key, name: kept }) {
      onMade({ name: kept, secret: key })
      setName('')
      setScopes(usualScopes)
      setEnd(never)
      return client.invalidateQueries({ queryKey: keysQuery.queryKey })
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
        <GrantFields value={scopes} onChange={setScopes} forAdmin={session?.account.role === 'admin'} />
        <EndField value={end} onChange={setEnd} />
        <Problem error={make.error} />
        <Button type="submit" look="primary" icon={Plus} className="w-full" disabled={make.isPending || scopes.length === 0}>
          Create key
        </Button>
      </form>
    </Card>
  )
}
