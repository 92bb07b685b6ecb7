import { useSuspenseQuery } from '@tanstack/react-query'
import { instanceQuery } from '../../api/instance.ts'
import { firstRemotePin, remotePinCommand, tholeCommand, uploadCommand } from '../../lib/commands.ts'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Command } from '../../parts/command.tsx'

/** Commands to copy: with the key that was just made, while it is shown. */
export function UseKey({ secret = '$THOLE_KEY' }: { secret?: string }) {
  const { data: instance } = useSuspenseQuery(instanceQuery)
  return (
    <Card className="space-y-4 p-4" aria-labelledby="use">
      <CardTitle id="use">Use a key</CardTitle>
      <Command title="Upload a file with curl" text={uploadCommand(secret)} />
      <Command title="Upload a file with thole" text={tholeCommand(secret)} />
      <Command title="Add this server to Kubo" text={remotePinCommand(secret, instance.urls.psa)} />
      <Command title="Then pin with Kubo" text={firstRemotePin} />
    </Card>
  )
}
