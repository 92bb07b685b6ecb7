import { useMutation, useQuery } from '@tanstack/react-query'
import { accountsQuery, lookAtAccount, roles } from '../../api/members.ts'
import { sessionQuery } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Section } from './section.tsx'

/** The accounts of a person who has more than one. */
export function Accounts() {
  const { data: accounts = [] } = useQuery(accountsQuery)
  const { data: session } = useQuery(sessionQuery)
  // A full load: nothing of the other account stays in memory.
  const look = useMutation({ mutationFn: lookAtAccount, onSuccess: () => location.assign('/') })
  if (accounts.length < 2) return null
  return (
    <Section title="Accounts" about="You belong to more than one. All pages show one at a time.">
      <ul className="divide-y divide-line">
        {accounts.map(({ id, email, role }) => (
          <li key={id} className="flex items-center gap-3 py-2 text-sm">
            <span className="min-w-0 grow truncate">
              {email} <span className="text-soft">– {roles.find((one) => one.id === role)?.word}</span>
            </span>
            {id === session?.account.id ? <span className="text-ok">shown now</span> : <Button disabled={look.isPending} onClick={() => look.mutate(id)}>Show</Button>}
          </li>
        ))}
      </ul>
      <Problem error={look.error} />
    </Section>
  )
}
