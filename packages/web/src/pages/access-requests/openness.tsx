import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { accessQuery, closePinning } from '../../api/access.ts'
import { Card } from '../../parts/card.tsx'
import { Checkbox } from '../../parts/checkbox.tsx'
import { Problem } from '../../parts/problem.tsx'

/** The one switch that closes pinning, or opens it. */
export function Openness() {
  const client = useQueryClient()
  const { data: access, error } = useQuery(accessQuery)
  const [wanted, setWanted] = useState<boolean>()
  const change = useMutation({
    mutationFn: closePinning,
    async onSettled() {
      await client.invalidateQueries({ queryKey: ['access'] })
      setWanted(undefined)
    },
  })
  const closed = wanted ?? access?.closed
  const choose = (next: boolean) => {
    setWanted(next)
    change.mutate(next)
  }
  return (
    <Card className="min-h-20 space-y-3 p-4">
      {closed !== undefined && (
        <Checkbox
          label="Pinning by CID needs access"
          hint={closed ? 'Accounts that you have not let in get 403, with words that say how to ask. Admins may always.' : 'Every account may pin. Nothing but this closes it.'}
          checked={closed}
          onChange={choose}
        />
      )}
      <Problem error={error ?? change.error} />
    </Card>
  )
}
