import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { doorsQuery } from '../../api/doors.ts'
import { instanceQuery } from '../../api/instance.ts'
import { sessionQuery, type Entered } from '../../api/session.ts'
import { useEntered } from '../../lib/use-entered.ts'
import { Card } from '../../parts/card.tsx'
import { Front } from '../../parts/front.tsx'
import { Problem } from '../../parts/problem.tsx'
import { OtherDoors } from './other-doors.tsx'
import { PasswordForm } from './password-form.tsx'
import { problemWords } from './problem-words.ts'
import { SecondStep } from './second-step.tsx'

const route = getRouteApi('/signin')

export function SignIn() {
  const { to, problem } = route.useSearch()
  const { data: instance } = useSuspenseQuery(instanceQuery)
  const { data: doors } = useSuspenseQuery(doorsQuery)
  const { data: session } = useQuery(sessionQuery)
  const [needsCode, setNeedsCode] = useState(session?.needs === 'second-factor')
  const entered = useEntered(to)
  const onEntered = (who: Entered) => (who.needs === 'second-factor' ? setNeedsCode(true) : void entered(who))
  if (needsCode) {
    return (
      <Front title="One more step">
        <SecondStep passkeys={doors.passkeys} onEntered={onEntered} onBack={() => setNeedsCode(false)} />
      </Front>
    )
  }
  return (
    <Front title={`Sign in to ${instance.name}`}>
      {problem && <Problem error={new Error(problemWords(problem))} />}
      <Card className="space-y-4 p-5">
        <PasswordForm onEntered={onEntered} canReset={doors.links} />
        <OtherDoors doors={doors} to={to} onEntered={onEntered} />
      </Card>
      {doors.signUp === 'open' && (
        <p className="text-center text-sm text-soft">
          New here?{' '}
          <Link to="/sign-up" className="text-brand underline">
            Make an account
          </Link>
        </p>
      )}
    </Front>
  )
}
