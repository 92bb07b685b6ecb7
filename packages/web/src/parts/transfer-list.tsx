import { useSyncExternalStore } from 'react'
import type { Transfer } from '../lib/upload-queue.ts'
import { uploads } from '../uploads.ts'
import { Button } from './button.tsx'
import { Card, CardTitle } from './card.tsx'
import { titleOf, TransferRow } from './transfer-row.tsx'

/** Rows in the page; the rest waits its turn unseen. */
const shown = 50

/** The uploads of this tab: under way, done, failed. */
export function TransferList() {
  const transfers = useSyncExternalStore(uploads.subscribe, uploads.snapshot)
  const stored = transfers.filter(({ state }) => state === 'stored').length
  const newestStored = transfers.find(({ state }) => state === 'stored')?.id
  const hidden = transfers.length - shown
  return (
    <>
      {/* Always there, so that screen readers notice when it changes. Not for every tick of the bar. */}
      <p role="status" className="sr-only">
        {announce(transfers)}
      </p>
      {transfers.length > 0 && (
        <Card aria-labelledby="transfers">
          <div className="flex min-h-12 items-center justify-between gap-3 px-4 py-2">
            <CardTitle id="transfers">This tab's uploads</CardTitle>
            {stored > 0 && (
              <Button look="quiet" onClick={uploads.removeStored}>
                Clear done
              </Button>
            )}
          </div>
          <ul>
            {transfers.slice(0, shown).map((transfer) => (
              <TransferRow key={transfer.id} transfer={transfer} open={transfer.id === newestStored} />
            ))}
          </ul>
          {hidden > 0 && <p className="border-t border-line px-4 py-3 text-sm text-soft">and {hidden} more</p>}
        </Card>
      )}
    </>
  )
}

function announce(transfers: readonly Transfer[]): string {
  const [first] = transfers
  if (!first) return ''
  const count = (state: Transfer['state']) => transfers.filter((transfer) => transfer.state === state).length
  if (transfers.length === 1) return { choosing: '', waiting: '', reading: `Reading ${titleOf(first)}`, sending: `Uploading ${titleOf(first)}`, storing: '', stored: `${titleOf(first)} ${first.since === undefined ? 'is stored' : 'was here already'}`, failed: `${titleOf(first)} failed` }[first.state]
  return `${count('stored')} of ${transfers.length} uploads stored${count('failed') > 0 ? `, ${count('failed')} failed` : ''}`
}
