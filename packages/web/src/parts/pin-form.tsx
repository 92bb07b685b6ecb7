import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronRight, Pin } from 'lucide-react'
import { useId, type FormEvent } from 'react'
import { addPin } from '../api/pins.ts'
import { Button } from './button.tsx'
import { Card, CardTitle } from './card.tsx'
import { Field, TextField } from './field.tsx'
import { Problem } from './problem.tsx'

/** Asks the server to fetch and keep what somebody else has. */
export function PinForm() {
  const client = useQueryClient()
  const title = useId()
  const add = useMutation({ mutationFn: addPin, onSettled: () => client.invalidateQueries({ queryKey: ['pins'] }) })
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const values = new FormData(form)
    const origins = String(values.get('origins')).split(/\s+/).filter(Boolean)
    add.mutate(
      { cid: String(values.get('cid')).trim(), name: String(values.get('name')).trim() || undefined, origins: origins.length > 0 ? origins : undefined },
      { onSuccess: () => form.reset() },
    )
  }
  return (
    <Card className="p-4" aria-labelledby={title}>
      <CardTitle id={title}>Pin a CID</CardTitle>
      <p className="mt-1 mb-4 text-sm text-soft">Keep here what another IPFS node has.</p>
      <form className="space-y-3" onSubmit={onSubmit}>
        <Field label="CID" name="cid" required placeholder="bafy… or Qm…" autoComplete="off" spellCheck={false} autoCapitalize="off" />
        <Field label="Name" name="name" placeholder="optional" maxLength={255} autoComplete="off" />
        <details className="group text-sm">
          <summary className="inline-flex list-none items-center gap-1 rounded text-soft hover:text-ink">
            <ChevronRight size={16} className="transition-transform group-open:rotate-90" aria-hidden />
            Where it may be found
          </summary>
          <div className="mt-2">
            <TextField label="Origins" name="origins" rows={3} hint="Addresses of nodes that have it, one a line; each ends in /p2p/…" placeholder="/ip4/…/tcp/4001/p2p/…" spellCheck={false} autoCapitalize="off" />
          </div>
        </details>
        <Problem error={add.error} />
        <Button type="submit" look="primary" icon={Pin} disabled={add.isPending} className="w-full">
          Pin it
        </Button>
        <p role="status" className="text-sm text-ok empty:hidden">
          {add.data && `Asked for. It is ${add.data.status} in the list below.`}
        </p>
      </form>
    </Card>
  )
}
