import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Send } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { askForAccess } from '../../api/access.ts'
import { Button } from '../../parts/button.tsx'
import { Field, TextField } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'

export function AccessForm({ onDone }: { onDone(): void }) {
  const client = useQueryClient()
  const [wish, setWish] = useState({ purpose: '', amount: '', link: '' })
  const ask = useMutation({
    mutationFn: () => askForAccess(wish),
    async onSuccess() {
      await client.invalidateQueries({ queryKey: ['access'] })
      onDone()
    },
  })
  const set = (part: Partial<typeof wish>) => setWish({ ...wish, ...part })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    ask.mutate()
  }
  return (
    <form className="space-y-4" onSubmit={onSubmit}>
      <TextField label="What do you want to pin, and what for?" required rows={4} maxLength={4000} value={wish.purpose} onChange={(event) => set({ purpose: event.target.value })} />
      <Field label="How much?" maxLength={200} placeholder="2 TiB, 10,000 CIDs …" value={wish.amount} onChange={(event) => set({ amount: event.target.value })} />
      <Field label="Link to the project" type="url" maxLength={1000} placeholder="https://…" value={wish.link} onChange={(event) => set({ link: event.target.value })} />
      <Problem error={ask.error} />
      <Button type="submit" look="primary" icon={Send} disabled={ask.isPending}>
        Send request
      </Button>
    </form>
  )
}
