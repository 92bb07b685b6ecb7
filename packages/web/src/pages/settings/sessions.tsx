import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import { endOtherSessions, endSession, ownSessionsQuery, type OwnSession } from '../../api/me.ts'
import { deviceName } from '../../lib/device-name.ts'
import { Age } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { Section } from './section.tsx'

export function Sessions() {
  const client = useQueryClient()
  const { data: sessions, error } = useQuery(ownSessionsQuery)
  const changed = () => client.invalidateQueries({ queryKey: ownSessionsQuery.queryKey })
  const end = useMutation({ mutationFn: endSession, onSuccess: changed })
  const endOthers = useMutation({ mutationFn: endOtherSessions, onSuccess: changed })
  return (
    <Section title="Where you are signed in" about="End what you do not know, and set a new password then.">
      <Problem error={error ?? end.error ?? endOthers.error} />
      {!sessions && !error && <Waiting rows={1} />}
      <ul className="divide-y divide-line empty:hidden">
        {sessions?.map((session) => (
          <SessionRow key={session.id} session={session} onEnd={() => end.mutate(session.id)} />
        ))}
      </ul>
      {sessions && sessions.length > 1 && (
        <Button icon={LogOut} disabled={endOthers.isPending} onClick={() => endOthers.mutate()}>
          End all others
        </Button>
      )}
    </Section>
  )
}

function SessionRow({ session: { agent, address, current, seen, created }, onEnd }: { session: OwnSession; onEnd(): void }) {
  const name = deviceName(agent)
  return (
    <li className="flex items-center gap-3 py-2">
      <div className="min-w-0 grow text-sm">
        <p className="truncate font-medium" title={agent}>
          {name} {current && <span className="font-normal text-ok">– this one</span>}
        </p>
        <p className="text-xs wrap-anywhere text-soft">
          {address && <>{address} · </>}signed in <Age at={created} /> · seen <Age at={seen} />
        </p>
      </div>
      {!current && (
        <Button onClick={onEnd} aria-label={`End the session of ${name}`}>
          End
        </Button>
      )}
    </li>
  )
}
