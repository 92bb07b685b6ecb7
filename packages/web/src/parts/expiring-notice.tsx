import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { expiringQuery } from '../api/expiring.ts'
import { formatMoment } from '../lib/age.ts'
import { Notice } from './notice.tsx'

const dismissed = 'thole-expiring-seen'

/** Uploads that nobody has read, and that end soon: from the last warning, until it is dismissed or over. */
export function ExpiringNotice() {
  const { data: warning } = useQuery(expiringQuery)
  const [seen, setSeen] = useState(() => Number(localStorage.getItem(dismissed) ?? 0))
  if (!warning || warning.id <= seen || warning.ends < Date.now()) return null
  const dismiss = () => {
    localStorage.setItem(dismissed, String(warning.id))
    setSeen(warning.id)
  }
  return (
    <Notice look="warning" onDismiss={dismiss}>
      {warning.count === 1 ? 'An upload that nobody has read is gone' : `${warning.count.toLocaleString('en')} uploads that nobody has read are gone`} after {formatMoment(new Date(warning.ends).toISOString())}.
      Open what you want to keep, or pin it: <Link to="/files" className="text-brand underline">Files</Link>
    </Notice>
  )
}
