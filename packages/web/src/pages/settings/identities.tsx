import { useQueryClient } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { providerLink, type Doors } from '../../api/doors.ts'
import { meQuery, unlink, type Me } from '../../api/me.ts'
import { Age } from '../../parts/age.tsx'
import { buttonClass } from '../../parts/button.tsx'
import { ConfirmDelete } from '../../parts/confirm.tsx'
import { Section } from './section.tsx'

/** Other services by which this person signs in. */
export function Identities({ me, providers }: { me: Me; providers: Doors['providers'] }) {
  const client = useQueryClient()
  const nameOf = (provider: string) => providers.find(({ id }) => provider.startsWith(id))?.name ?? provider
  return (
    <Section title="Other services" about="Sign in with an account that you have elsewhere.">
      <ul className="divide-y divide-line empty:hidden">
        {me.identities.map((identity) => (
          <li key={`${identity.provider} ${identity.subject}`} className="flex items-center gap-3 py-2">
            <div className="min-w-0 grow text-sm">
              <p className="truncate font-medium">
                {nameOf(identity.provider)} <span className="font-normal text-soft">{identity.email}</span>
              </p>
              <p className="text-xs text-soft">
                linked <Age at={identity.created} />
              </p>
            </div>
            <ConfirmDelete label={`Unlink ${nameOf(identity.provider)}`} title={`Sign in with ${nameOf(identity.provider)} no more?`} verb="Unlink" action={() => unlink(identity)} onDone={() => void client.invalidateQueries({ queryKey: meQuery.queryKey })}>
              The account there stays as it is.
            </ConfirmDelete>
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2 empty:hidden">
        {providers.map(({ id, name }) => (
          <a key={id} href={providerLink(id, { to: '/settings', link: 'true' })} className={buttonClass()}>
            <ExternalLink size={16} aria-hidden />
            Link {name}
          </a>
        ))}
      </div>
    </Section>
  )
}
