import { useId, type ReactNode } from 'react'
import { Card, CardTitle } from '../../parts/card.tsx'

/** One thing to settle: what it is, how it stands, what to do. */
export function Section({ title, about, children }: { title: string; about?: ReactNode; children: ReactNode }) {
  const id = useId()
  return (
    <Card className="space-y-3 p-4" aria-labelledby={id}>
      <div>
        <CardTitle id={id}>{title}</CardTitle>
        {about && <p className="mt-1 text-sm text-soft">{about}</p>}
      </div>
      {children}
    </Card>
  )
}
