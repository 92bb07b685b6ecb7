import { useMutation, useQueryClient } from '@tanstack/react-query'
import { membersQuery, removeMember, roles, setRole, type Member } from '../../api/members.ts'
import { sessionQuery, type MemberRole } from '../../api/session.ts'
import { Age } from '../../parts/age.tsx'
import { ConfirmDelete } from '../../parts/confirm.tsx'
import { Problem } from '../../parts/problem.tsx'

export function MemberRow({ member, isOwner, isSelf }: { member: Member; isOwner: boolean; isSelf: boolean }) {
  const client = useQueryClient()
  const changed = () => Promise.all([client.invalidateQueries({ queryKey: membersQuery.queryKey }), client.invalidateQueries({ queryKey: sessionQuery.queryKey, exact: true })])
  const change = useMutation({ mutationFn: (role: MemberRole) => setRole(member.id, role), onSuccess: changed })
  // Whoever left sees another account, or none: a full load.
  const onRemoved = () => (isSelf ? location.assign('/') : void changed())
  return (
    <li className="space-y-2 border-t border-line px-4 py-3">
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-0 grow basis-full sm:basis-0">
          <p className="truncate text-sm font-medium" title={member.email}>
            {member.email} {isSelf && <span className="font-normal text-soft">– you</span>}
          </p>
          <p className="text-xs text-soft">
            joined <Age at={member.created} />
            {member.secondFactor && ' · second factor'}
          </p>
        </div>
        <div className="flex grow items-center justify-between gap-3 sm:grow-0">
          {isOwner ? (
            <select
              aria-label={`Role of ${member.email}`}
              className="rounded-lg border border-line bg-card px-2 py-1.5 text-sm"
              value={change.isPending ? change.variables : member.role}
              disabled={change.isPending}
              onChange={(event) => change.mutate(event.target.value as MemberRole)}
            >
              {roles.map(({ id, word }) => (
                <option key={id} value={id}>
                  {word}
                </option>
              ))}
            </select>
          ) : (
            <span className="text-sm text-soft">{roles.find(({ id }) => id === member.role)?.word}</span>
          )}
          {(isOwner || isSelf) && (
            <ConfirmDelete label={isSelf ? 'Leave the account' : `Remove ${member.email}`} title={isSelf ? 'Leave this account?' : `Remove ${member.email}?`} verb={isSelf ? 'Leave' : 'Remove'} action={() => removeMember(member.id)} onDone={onRemoved}>
              {isSelf ? 'You see it no more, until somebody asks you in again.' : 'They see this account no more. Keys that they made go on working: revoke those under Keys.'}
            </ConfirmDelete>
          )}
        </div>
      </div>
      <Problem error={change.error} />
    </li>
  )
}
