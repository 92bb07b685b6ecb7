import { useMutation } from '@tanstack/react-query'
import { putPlan, type Plan } from '../../api/plans.ts'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'

const gibi = 2 ** 30

const limits = [
  { name: 'storageBytes', label: 'Storage, in GiB', unit: gibi },
  { name: 'blocks', label: 'Blocks', unit: 1 },
  { name: 'bandwidthBytes', label: 'Sent a month, in GiB', unit: gibi },
  { name: 'requests', label: 'Requests a month', unit: 1 },
  { name: 'requestsPerMinute', label: 'Requests a minute', unit: 1 },
  { name: 'keys', label: 'Keys', unit: 1 },
  { name: 'inFlightPins', label: 'Pin requests that wait', unit: 1 },
] as const

/** Makes a plan, or changes one. Empty limits mean any amount. */
export function PlanForm({ plan, onDone }: { plan?: Plan; onDone(): void }) {
  const save = useMutation({ mutationFn: (form: FormData) => putPlan(planIn(form, plan)), onSuccess: onDone })
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(new FormData(event.currentTarget))
      }}
    >
      <Field label="Name" name="name" required maxLength={100} defaultValue={plan?.name} />
      {!plan && <Field label="Id" name="id" required pattern="[a-z0-9][a-z0-9\-]{0,49}" hint="Small letters, digits and hyphens; it stays as it is." />}
      <Field label="What it is for" name="words" maxLength={2000} defaultValue={plan?.words} />
      <fieldset className="grid grid-cols-2 gap-3">
        <legend className="mb-2 text-sm text-soft">Limits; empty: any amount</legend>
        {limits.map(({ name, label, unit }) => (
          <Field key={name} label={label} name={name} type="number" min={name === 'requestsPerMinute' ? 1 : 0} step={unit === 1 ? 1 : 'any'} defaultValue={inUnit(plan?.[name], unit)} />
        ))}
      </fieldset>
      <fieldset className="grid grid-cols-2 gap-3">
        <legend className="mb-2 text-sm text-soft">Prices</legend>
        <Field label="Per GiB and month" name="priceGibMonth" type="number" min={0} step="any" defaultValue={plan?.priceGibMonth ?? 0} />
        <Field label="Per GiB sent" name="priceGibSent" type="number" min={0} step="any" defaultValue={plan?.priceGibSent ?? 0} />
        <Field label="Currency" name="currency" required pattern="[A-Z]{3}" maxLength={3} defaultValue={plan?.currency ?? 'USD'} hint="Three letters, such as EUR" />
      </fieldset>
      <Problem error={save.error} />
      <div className="flex justify-end">
        <Button look="primary" type="submit" disabled={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  )
}

function inUnit(amount: number | null | undefined, unit: number): number | undefined {
  return amount === null || amount === undefined ? undefined : amount / unit
}

function planIn(form: FormData, known: Plan | undefined): Plan {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const limit = (name: string, unit: number) => (text(name) === '' ? null : Math.round(Number(text(name)) * unit))
  const set = Object.fromEntries(limits.map(({ name, unit }) => [name, limit(name, unit)])) as Pick<Plan, (typeof limits)[number]['name']>
  return { ...set, id: known?.id ?? text('id'), name: text('name'), words: text('words'), priceGibMonth: Number(text('priceGibMonth')), priceGibSent: Number(text('priceGibSent')), currency: text('currency') }
}
