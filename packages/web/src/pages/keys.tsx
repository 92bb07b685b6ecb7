import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { instanceQuery } from '../api/instance.ts'
import { keysQuery } from '../api/keys.ts'
import { firstRemotePin, remotePinCommand, uploadCommand } from '../lib/commands.ts'
import { Card, CardTitle } from '../parts/card.tsx'
import { Command } from '../parts/command.tsx'
import { Empty } from '../parts/empty.tsx'
import { KeyForm, type MadeKey } from '../parts/key-form.tsx'
import { KeyRow } from '../parts/key-row.tsx'
import { NewKey } from '../parts/new-key.tsx'
import { Problem } from '../parts/problem.tsx'

export function Keys() {
  const { data: instance } = useSuspenseQuery(instanceQuery)
  const { data: keys, error } = useQuery(keysQuery)
  const [made, setMade] = useState<MadeKey>()
  const shownKey = made?.secret ?? '$THOLE_KEY'
  return (
    <div className="grid items-start gap-4 sm:gap-6 lg:grid-cols-[minmax(0,1fr)_26rem]">
      <title>Keys – Thole</title>
      <div className="min-w-0 space-y-4 sm:space-y-6">
        {made && <NewKey {...made} onClose={() => setMade(undefined)} />}
        <Card aria-labelledby="keys">
          <CardTitle as="h1" id="keys" className="px-4 py-3">
            Keys
          </CardTitle>
          <div className="px-4 pb-4 empty:hidden">
            <Problem error={error} />
          </div>
          <ul>
            {keys?.map((key) => (
              <KeyRow key={key.id} value={key} />
            ))}
          </ul>
          {keys?.length === 0 && (
            <Empty icon={KeyRound} title="No keys yet">
              <p>A key lets a program use this server in your name: curl, Kubo, a build. Make one for each, so that you can revoke it alone.</p>
            </Empty>
          )}
        </Card>
        <Card className="space-y-4 p-4" aria-labelledby="use">
          <CardTitle id="use">Use a key</CardTitle>
          <Command title="Upload a file with curl" text={uploadCommand(shownKey)} />
          <Command title="Add this server to Kubo" text={remotePinCommand(shownKey, instance.urls.psa)} />
          <Command title="Then pin with Kubo" text={firstRemotePin} />
        </Card>
      </div>
      <KeyForm onMade={setMade} />
    </div>
  )
}
