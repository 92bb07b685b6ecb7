import { grants, hasGrant, withGrant } from '../../lib/grants.ts'
import { Checkbox } from '../../parts/checkbox.tsx'

interface GrantFieldsProps {
  value: readonly string[]
  onChange(scopes: string[]): void
  /** Whether there is a key that may administer to be made. */
  forAdmin: boolean
}

/** What a key may do, by service group. */
export function GrantFields({ value, onChange, forAdmin }: GrantFieldsProps) {
  const readsOnly = value.includes('pins:read') && !value.includes('pins:write')
  return (
    <fieldset className="space-y-3">
      <legend className="mb-2 text-sm font-medium">It may use</legend>
      {grants
        .filter(({ id }) => id !== 'admin' || forAdmin)
        .map((grant) => (
          <div key={grant.id} className="space-y-3">
            <Checkbox label={grant.label} hint={grant.hint} checked={hasGrant(value, grant) || (grant.id === 'pinning' && readsOnly)} onChange={(on) => onChange(withGrant(value, grant, on))} />
            {grant.id === 'pinning' && value.includes('pins:read') && (
              <div className="pl-6">
                <Checkbox label="Only look at pins" hint="List them, change none." checked={readsOnly} onChange={(on) => onChange(on ? value.filter((scope) => scope !== 'pins:write') : withGrant(value, grant, true))} />
              </div>
            )}
          </div>
        ))}
    </fieldset>
  )
}
