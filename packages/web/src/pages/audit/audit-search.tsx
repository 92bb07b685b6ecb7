import { Search } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { topics, type AuditFilter } from '../../api/audit.ts'
import { Button } from '../../parts/button.tsx'
import { Field, SelectField } from '../../parts/field.tsx'

export function AuditSearch({ filter, onChange }: { filter: AuditFilter; onChange(filter: AuditFilter): void }) {
  const [account, setAccount] = useState(filter.account ?? '')
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    onChange({ ...filter, account: account.trim() || undefined })
  }
  return (
    <form className="flex flex-wrap items-end gap-3 p-4" role="search" onSubmit={onSubmit}>
      <div className="min-w-40 grow sm:grow-0">
        <SelectField label="Kind" value={filter.topic ?? ''} onChange={(event) => onChange({ ...filter, topic: event.target.value || undefined })}>
          <option value="">Everything</option>
          {Object.entries(topics).map(([topic, { word }]) => (
            <option key={topic} value={topic}>
              {word}
            </option>
          ))}
        </SelectField>
      </div>
      <div className="min-w-0 grow sm:max-w-72">
        <Field label="Account" type="search" placeholder="e-mail address" autoComplete="off" value={account} onChange={(event) => setAccount(event.target.value)} />
      </div>
      <Button type="submit" icon={Search}>
        Search
      </Button>
    </form>
  )
}
