import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { usageQuery, type Share } from '../api/usage.ts'
import { subjects } from '../lib/plan-words.ts'
import { Notice } from './notice.tsx'

const storageName = 'plan-notice'

/** So much of the plan is used; once it was read, it comes back with the next mark, or the next month. */
export function PlanNotice() {
  const { data } = useQuery(usageQuery)
  const [read, setRead] = useState(() => localStorage.getItem(storageName) ?? '')
  const passed = data?.shares.filter(({ warning }) => warning !== undefined) ?? []
  const marks = passed.map(({ what, warning }) => `${what} ${warning}`).join(', ')
  const name = `${data?.month.start} ${marks}`
  if (passed.length === 0 || read === name) return null
  const dismiss = () => {
    localStorage.setItem(storageName, name)
    setRead(name)
  }
  return (
    <Notice look="warning" onDismiss={dismiss}>
      {passed.map(words).join(' ')}{' '}
      <Link to="/plans" className="underline">
        Get more
      </Link>
    </Notice>
  )
}

function words({ what, warning, percent }: Share): string {
  return warning === 100 ? `${subjects[what]}: all that your plan gives is used. What is stored stays.` : `${subjects[what]}: ${percent} % of what your plan gives is used.`
}
