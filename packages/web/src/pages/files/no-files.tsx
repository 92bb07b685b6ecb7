import { Files, SearchX } from 'lucide-react'
import { uploadCommand } from '../../lib/commands.ts'
import { Button } from '../../parts/button.tsx'
import { Command } from '../../parts/command.tsx'
import { Empty } from '../../parts/empty.tsx'

export function FirstFile() {
  return (
    <Empty icon={Files} title="No files yet">
      <p>Drop a file or a folder above. What you upload gets a CID, and stays until you delete it.</p>
      <div className="mt-4 text-left">
        <Command title="Or from a shell, with a key of the Keys page" text={uploadCommand('$THOLE_KEY')} />
      </div>
    </Empty>
  )
}

export function NothingFound({ onClear }: { onClear(): void }) {
  return (
    <Empty icon={SearchX} title="No such files">
      <Button onClick={onClear}>Show all</Button>
    </Empty>
  )
}
