import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ExternalLink, Fingerprint, Mail } from 'lucide-react'
import { enterByPasskey, providerLink, type Doors } from '../../api/doors.ts'
import type { Entered } from '../../api/session.ts'
import { Button, buttonClass } from '../../parts/button.tsx'
import { Problem } from '../../parts/problem.tsx'

/** Ways in other than a password; nothing where there are none. */
export function OtherDoors({ doors, to, onEntered }: { doors: Doors; to?: string; onEntered(entered: Entered): void }) {
  const passkey = useMutation({ mutationFn: enterByPasskey, onSuccess: onEntered })
  if (!doors.passkeys && !doors.links && doors.providers.length === 0) return null
  return (
    <div className="space-y-2 border-t border-line pt-4">
      {doors.passkeys && (
        <Button icon={Fingerprint} className="w-full" disabled={passkey.isPending} onClick={() => passkey.mutate()}>
          Use a passkey
        </Button>
      )}
      <Problem error={passkey.error} />
      {doors.providers.map(({ id, name }) => (
        // A full load: the server sends the browser on.
        <a key={id} href={providerLink(id, { to })} className={`${buttonClass()} w-full`}>
          <ExternalLink size={16} aria-hidden />
          Go on with {name}
        </a>
      ))}
      {doors.links && (
        <Link to="/letter" className={`${buttonClass()} w-full`}>
          <Mail size={16} aria-hidden />
          Get a link by e-mail
        </Link>
      )}
    </div>
  )
}
