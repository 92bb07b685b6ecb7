import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronRight, Pin } from 'lucide-react'
import { useId, useState, type FormEvent } from 'react'
import { addPin } from '../api/pins.ts'
import { understandCid, type Understood } from '../lib/understand-cid.ts'
import { Button } from './button.tsx'
import { Card, CardTitle } from './card.tsx'
import { Field, TextField } from './field.tsx'
import { Problem } from './problem.tsx'

/** Asks the server to fetch and keep what somebody else has. */
export function PinForm() {
  const client = useQueryClient()
  const title = useId()
  const [text, setText] = useState('')
  const add = useMutation({ mutationFn: addPin, onSettled: () => client.invalidateQueries({ queryKey: ['pins'] }) })
  const understood = understandCid(text)
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const values = new FormData(form)
    const origins = String(values.get('origins')).split(/\s+/).filter(Boolean)
    const cid = understood && 'cid' in understood ? understood.cid : text.trim()
    add.mutate(
      { cid, name: String(values.get('name')).trim() || undefined, origins: origins.length > 0 ? origins : undefined },
      {
        onSuccess() {
          form.reset()
          setText('')
        },
      },
    )
  }
  return (
    <Card className="p-4" aria-labelledby={title}>
      <CardTitle id={title}>Pin from a CID</CardTitle>
      <p className="mt-1 mb-4 text-sm text-soft">Keep here what another IPFS node has.</p>
      <form className="space-y-3" onSubmit={onSubmit}>
        <div className="grid gap-3 md:grid-cols-[minmax(0,1fr)_14rem]">
          <Field
            label="CID or address"
            name="cid"
            required
            value={text}
            onChange={(event) => setText(event.target.value)}
            hint={hintOf(understood)}
            placeholder="bafy…, ipfs://… or a gateway address"
            autoComplete="off"
            spellCheck={false}
            autoCapitalize="off"
          />
          <Field label="Name" name="name" placeholder="optional" maxLength={255} autoComplete="off" />
        </div>
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
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" look="primary" icon={Pin} disabled={add.isPending}>
            Pin it
          </Button>
          <p role="status" className="text-sm text-ok empty:hidden">
            {add.data && `Asked for. It is ${add.data.status} in the list below.`}
          </p>
        </div>
      </form>
    </Card>
  )
}

/** Says what will be pinned; the line is always there, so that nothing moves. */
function hintOf(understood: Understood | undefined): string {
  if (understood === undefined) return 'What you paste is read here, before it is sent.'
  if ('problem' in understood) return understood.problem
  const { cid, path, gateway } = understood
  const from = gateway === undefined ? '' : ` The gateway ${gateway} is not asked for it.`
  return path === undefined ? `Pins ${cid}.${from}` : `Pins all of ${cid}, not only ${path}.${from}`
}
