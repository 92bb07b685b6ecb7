import { useQueryClient } from '@tanstack/react-query'
import { keysQuery, revokeKey, type Key } from '../../api/keys.ts'
import { formatMoment } from '../../lib/age.ts'
import { isSoon } from '../../lib/ends.ts'
import { grantWords } from '../../lib/grants.ts'
import { Age } from '../../parts/age.tsx'
import { ConfirmDelete } from '../../parts/confirm.tsx'

export function KeyRow({ value }: { value: Key }) {
  const client = useQueryClient()
  return (
    <li className="flex items-center gap-3 border-t border-line px-4 py-3">
      <div className="min-w-0 grow">
        <p className="truncate text-sm font-medium" title={value.name}>
          {value.name} <span className="font-mono text-xs font-normal text-soft">…{value.tail}</span>
        </p>
        <p className="text-xs text-soft">{grantWords(value.scopes)}</p>
        <p className="text-xs text-soft">
          Made <Age at={value.created} /> · {value.lastUsed ? <>used <Age at={value.lastUsed} /></> : 'never used'}
          {value.expires && <End at={value.expires} />}
        </p>
      </div>
      <ConfirmDelete label={`Revoke ${value.name}`} title={`Revoke ${value.name}?`} verb="Revoke" action={() => revokeKey(value.id)} onDone={() => void client.invalidateQueries({ queryKey: keysQuery.queryKey })}>
        Programs that use it are refused at once. What they stored stays.
      </ConfirmDelete>
    </li>
  )
}

function End({ at }: { at: string }) {
  const isOver = Date.parse(at) <= Date.now()
  return (
    <>
      {' · '}
      <span className={isSoon(at) ? 'font-medium text-wait' : undefined}>
        {isOver ? 'ended' : 'ends'} <time dateTime={at}>{formatMoment(at)}</time>
      </span>
    </>
  )
}
