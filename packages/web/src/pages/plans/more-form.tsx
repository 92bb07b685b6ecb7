import { useMutation } from '@tanstack/react-query'
import { putPlansPage } from '../../api/plans.ts'
import { Button } from '../../parts/button.tsx'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Field, TextField } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'

/** What members read of how to get more. */
export function MoreForm({ words, contact, onDone }: { words: string; contact: string; onDone(): void }) {
  const save = useMutation({ mutationFn: putPlansPage, onSuccess: onDone })
  return (
    <Card className="p-4" aria-labelledby="more">
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          const form = new FormData(event.currentTarget)
          save.mutate({ words: String(form.get('words')), contact: String(form.get('contact')).trim() })
        }}
      >
        <CardTitle id="more">How to get more</CardTitle>
        <TextField label="Words" name="words" rows={4} maxLength={10_000} defaultValue={words} hint="Members read this on their page Plans." />
        <Field label="Whom to ask" name="contact" maxLength={500} defaultValue={contact} hint="An e-mail address or a link" />
        <Problem error={save.error} />
        <div className="flex justify-end">
          <Button type="submit" disabled={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  )
}
