import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { accessQuery, type Access } from '../../api/access.ts'
import { Age } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { AccessForm } from './access-form.tsx'

/** Whether this account may pin by CID, and how it asks for that. Nothing where all may. */
export function AccessCard() {
  const { data: access } = useQuery(accessQuery)
  const [isAsking, setAsking] = useState(false)
  if (!access?.closed) return null
  const mayAsk = !access.allowed && access.request?.state !== 'open'
  return (
    <Card id="access" className="space-y-3 p-4 text-sm" aria-labelledby="pinning-access">
      <CardTitle id="pinning-access">Access to pinning</CardTitle>
      <Standing access={access} />
      {mayAsk && (
        <Button look="primary" className="w-full" onClick={() => setAsking(true)}>
          Request API Pinning Access
        </Button>
      )}
      <Dialog title="Request API Pinning Access" open={isAsking} onClose={() => setAsking(false)}>
        <AccessForm onDone={() => setAsking(false)} />
      </Dialog>
    </Card>
  )
}

function Standing({ access: { allowed, request } }: { access: Access }) {
  if (allowed) return <p>This account may pin by CID: with its keys, and on the page Pins.</p>
  if (request?.state === 'open') {
    return (
      <p role="status">
        You asked <Age at={request.created} />. An admin will decide; you are told here. Uploads need no access.
      </p>
    )
  }
  return (
    <>
      {request?.state === 'declined' && (
        <p className="rounded-lg bg-wait-tint px-3 py-2 wrap-anywhere">
          Your request was declined <Age at={request.decided ?? request.created} />
          {request.message ? `: ${request.message}` : '.'}
        </p>
      )}
      <p className="text-soft">Here, accounts pin what is elsewhere after an admin has let them in. What you upload is kept without.</p>
    </>
  )
}
