import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Pencil, Plus } from 'lucide-react'
import { useState } from 'react'
import { deletePlan, plansQuery, type Plan } from '../../api/plans.ts'
import { givenBy, priceOf } from '../../lib/plan-words.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { ConfirmDelete } from '../../parts/confirm.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { MoreForm } from './more-form.tsx'
import { PlanForm } from './plan-form.tsx'

/** For admins: what plans give, and what people read of how to get more. */
export function ManagePlans() {
  const client = useQueryClient()
  const { data, error } = useQuery(plansQuery)
  const [edited, setEdited] = useState<Plan | 'new'>()
  const refresh = () => void client.invalidateQueries({ queryKey: plansQuery.queryKey })
  return (
    <Page
      title="Plans for accounts"
      about="People who sign up themselves get the plan Free. Accounts without a plan have no limits."
      actions={
        <Button look="primary" icon={Plus} onClick={() => setEdited('new')}>
          New plan
        </Button>
      }
    >
      <Problem error={error} />
      <Card className="min-h-20" aria-label="Plans">
        <ul>
          {data?.plans.map((plan) => (
            <li key={plan.id} className="flex items-start gap-3 border-t border-line px-4 py-3 first:border-t-0" data-plan={plan.id}>
              <div className="min-w-0 grow text-sm">
                <p className="font-medium wrap-anywhere">
                  {plan.name} <span className="font-mono text-xs font-normal text-soft">{plan.id}</span>
                </p>
                <p className="text-soft">{[...givenBy(plan), priceOf(plan)].join(' · ')}</p>
              </div>
              <IconButton icon={Pencil} label={`Change ${plan.name}`} onClick={() => setEdited(plan)} />
              {plan.id !== 'free' && (
                <ConfirmDelete label={`Remove ${plan.name}`} title={`Remove ${plan.name}?`} verb="Remove" action={() => deletePlan(plan.id)} onDone={refresh}>
                  Accounts that have it need another one first.
                </ConfirmDelete>
              )}
            </li>
          ))}
        </ul>
      </Card>
      {data && <MoreForm key={`${data.words} ${data.contact}`} words={data.words} contact={data.contact} onDone={refresh} />}
      <Dialog title={edited === 'new' ? 'New plan' : `Change ${edited?.name ?? ''}`} open={edited !== undefined} onClose={() => setEdited(undefined)}>
        <PlanForm
          plan={edited === 'new' ? undefined : edited}
          onDone={() => {
            setEdited(undefined)
            refresh()
          }}
        />
      </Dialog>
    </Page>
  )
}
