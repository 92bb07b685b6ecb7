import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { doorsQuery } from '../../api/doors.ts'
import { meQuery } from '../../api/me.ts'
import { sessionQuery } from '../../api/session.ts'
import { Page } from '../../parts/page.tsx'
import { OnDemandSetting } from '../../parts/on-demand-setting.tsx'
import { Problem } from '../../parts/problem.tsx'
import { problemWords } from '../sign-in/problem-words.ts'
import { Accounts } from './accounts.tsx'
import { Codes } from './codes.tsx'
import { Identities } from './identities.tsx'
import { Passkeys } from './passkeys.tsx'
import { Password } from './password.tsx'
import { Section } from './section.tsx'
import { Sessions } from './sessions.tsx'
import { ThisServer } from './this-server.tsx'
import { Verification } from './verification.tsx'

const route = getRouteApi('/house/settings')

export function Settings() {
  const { problem } = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const { data: doors } = useSuspenseQuery(doorsQuery)
  const { data: session } = useSuspenseQuery(sessionQuery)
  return (
    <Page title="Settings" about={<>How you, {me.email}, sign in.</>}>
      {problem && <Problem error={new Error(problemWords(problem))} />}
      {doors.links && !me.verified && <Verification />}
      <Accounts />
      <Password key={String(me.password)} me={me} />
      <Codes me={me} />
      {(doors.passkeys || me.passkeys.length > 0) && <Passkeys me={me} offered={doors.passkeys} />}
      {(doors.providers.length > 0 || me.identities.length > 0) && <Identities me={me} providers={doors.providers} />}
      <Sessions />
      {session?.role === 'owner' && (
        <Section title="New uploads">
          <OnDemandSetting />
        </Section>
      )}
      {session?.account.role === 'admin' && session.role === 'owner' && <ThisServer />}
    </Page>
  )
}
