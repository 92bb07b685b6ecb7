import { Check, ExternalLink, X } from 'lucide-react'
import { useState } from 'react'
import type { ListedAccessRequest } from '../../api/access.ts'
import { Age } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Decide } from './decide.tsx'

export function RequestRow({ request }: { request: ListedAccessRequest }) {
  const { account, askedBy, purpose, amount, link, state, created, decided, message } = request
  const [approving, setApproving] = useState<boolean>()
  return (
    <li className="space-y-2 border-t border-line px-4 py-3 text-sm" data-request={account.email}>
      <p className="wrap-anywhere">
        <span className="font-medium">{account.email}</span>{' '}
        <span className="text-soft">
          asked <Age at={created} />
          {askedBy && askedBy !== account.email && ` (${askedBy})`}
          {amount && ` · ${amount}`}
        </span>
      </p>
      <p className="whitespace-pre-line wrap-anywhere">{purpose}</p>
      {link && (
        <a href={link} target="_blank" rel="noreferrer noopener nofollow" className="inline-flex max-w-full items-center gap-1 text-brand underline wrap-anywhere">
          <ExternalLink size={14} className="shrink-0" aria-hidden />
          {link}
        </a>
      )}
      {decided && (
        <p className="text-soft wrap-anywhere">
          {state === 'approved' ? 'Approved' : 'Declined'} <Age at={decided} />
          {message && `: ${message}`}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {state !== 'approved' && (
          <Button icon={Check} aria-label={`Approve ${account.email}`} onClick={() => setApproving(true)}>
            Approve
          </Button>
        )}
        {state !== 'declined' && (
          <Button icon={X} aria-label={`Decline ${account.email}`} onClick={() => setApproving(false)}>
            {state === 'approved' ? 'Take back' : 'Decline'}
          </Button>
        )}
      </div>
      <Decide request={request} approve={approving} onClose={() => setApproving(undefined)} />
    </li>
  )
}
