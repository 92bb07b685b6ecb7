import { useQueryClient } from '@tanstack/react-query'
import { defaultScopes, deleteKey, keysQuery, scopes, type Key } from '../api/keys.ts'
import { Age } from './age.tsx'
import { ConfirmDelete } from './confirm.tsx'

export function KeyRow({ value }: { value: Key }) {
  const client = useQueryClient()
  return (
    <li className="flex items-center gap-3 border-t border-line px-4 py-3">
      <div className="min-w-0 grow">
        <p className="truncate text-sm font-medium" title={value.name}>
          {value.name} <span className="font-mono text-xs font-normal text-soft">…{value.tail}</span>
        </p>
        <p className="text-xs text-soft">
          {may(value.scopes)} · made <Age at={value.created} /> · {value.lastUsed ? <>used <Age at={value.lastUsed} /></> : 'never used'}
        </p>
      </div>
      <ConfirmDelete label={`Revoke ${value.name}`} title={`Revoke ${value.name}?`} verb="Revoke" action={() => deleteKey(value.id)} onDone={() => void client.invalidateQueries(keysQuery)}>
        Programs that use it are refused at once. What they stored stays.
      </ConfirmDelete>
    </li>
  )
}

function may(granted: readonly string[]): string {
  if (granted.includes('admin')) return 'Admin'
  if (defaultScopes.every((scope) => granted.includes(scope))) return 'Everything but admin'
  return granted.map((scope) => scopes.find(({ id }) => id === scope)?.label ?? scope).join(', ')
}
