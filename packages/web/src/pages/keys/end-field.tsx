import { usualDays, type End } from '../../lib/ends.ts'
import { Field, SelectField } from '../../parts/field.tsx'

const onDay = 'on'

export function EndField({ value, onChange }: { value: End; onChange(end: End): void }) {
  const choose = (text: string) => onChange(text === onDay ? { on: tomorrow() } : { days: Number(text) })
  return (
    <div className="space-y-3">
      <SelectField label="Ends" value={'on' in value ? onDay : String(value.days)} onChange={(event) => choose(event.target.value)}>
        {usualDays.map((days) => (
          <option key={days} value={days}>
            {days === 0 ? 'Never' : days === 365 ? 'After a year' : `After ${days} days`}
          </option>
        ))}
        <option value={onDay}>On a day …</option>
      </SelectField>
      {'on' in value && <Field label="Last day" type="date" required min={tomorrow()} value={value.on} onChange={(event) => onChange({ on: event.target.value })} />}
    </div>
  )
}

function tomorrow(): string {
  return new Date(Date.now() + 86_400_000).toLocaleDateString('sv')
}
