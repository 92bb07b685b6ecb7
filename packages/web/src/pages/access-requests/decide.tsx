import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { decideAccess, type ListedAccessRequest } from '../../api/access.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { TextField } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'

interface DecideProps {
  request: ListedAccessRequest
  /** Undefined: nothing is being decided. */
  approve: boolean | undefined
  onClose(): void
}

/** Asks for a message, and tells the account. */
export function Decide({ request, approve, onClose }: DecideProps) {
  const client = useQueryClient()
  const [message, setMessage] = useState('')
  const decide = useMutation({
    mutationFn: () => decideAccess(request.id, { approve: approve === true, message }),
    async onSuccess() {
      onClose()
      await client.invalidateQueries({ queryKey: ['access'] })
    },
  })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    decide.mutate()
  }
  return (
    <Dialog title={`${approve ? 'Let' : 'Do not let'} ${request.account.email} pin by CID`} open={approve !== undefined} onClose={onClose}>
      <form className="space-y-4" onSubmit={onSubmit}>
        <TextField label="Message" hint="They read it on the dashboard, and by mail where that is set up." rows={3} maxLength={2000} value={message} onChange={(event) => setMessage(event.target.value)} />
        <Problem error={decide.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look={approve ? 'primary' : 'danger'} disabled={decide.isPending}>
            {approve ? 'Approve' : 'Decline'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
