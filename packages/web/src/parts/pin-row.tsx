import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronDown, RotateCw, Trash2, X } from 'lucide-react'
import { useId, useState } from 'react'
import { isMoving, retryPin, type Pin } from '../api/pins.ts'
import { formatBytes } from '../lib/bytes.ts'
import { count } from '../lib/count.ts'
import { shortCid } from '../lib/links.ts'
import { deleteLater } from '../lib/undoable.ts'
import { Age } from './age.tsx'
import { IconButton } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { FetchProgress } from './fetch-progress.tsx'
import { PinDetails } from './pin-details.tsx'
import { Problem } from './problem.tsx'
import { OpenLink } from './root-links.tsx'
import { StatusBadge } from './status-badge.tsx'

export function PinRow({ pin }: { pin: Pin }) {
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const details = useId()
  const moving = isMoving(pin)
  const name = pin.name || 'Unnamed'
  const title = pin.name || shortCid(pin.cid)
  const onDone = () => Promise.all([client.invalidateQueries({ queryKey: ['pins'] }), client.invalidateQueries({ queryKey: ['uploads'] })])
  const retry = useMutation({ mutationFn: () => retryPin(pin.id), onSettled: onDone })
  const remove = () => deleteLater({ words: `${moving ? 'Cancelled' : 'Deleted'} ${title}.`, path: pinPath(pin), onDone })
  return (
    <li className="border-t border-line px-4 py-3" data-cid={pin.cid}>
      <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 md:grid-cols-[6rem_minmax(0,1fr)_5rem_6.5rem_9rem]">
        <div className="order-1 col-span-2 flex items-center justify-between md:col-span-1">
          <StatusBadge status={pin.status} />
          <span className="text-xs text-soft md:hidden">
            {pin.bytes !== undefined && `${formatBytes(pin.bytes)} · `}
            <Age at={pin.created} />
          </span>
        </div>
        <div className="order-2 min-w-0">
          <p className={`truncate text-sm font-medium ${pin.name ? '' : 'text-soft'}`} title={name}>
            {name}
          </p>
          <p className="font-mono text-xs text-soft" title={pin.cid}>
            {shortCid(pin.cid)}
          </p>
        </div>
        <span className="order-3 hidden text-right text-sm text-soft tabular-nums md:inline">{pin.bytes !== undefined && formatBytes(pin.bytes)}</span>
        <span className="order-4 hidden text-right text-sm text-soft md:inline">
          <Age at={pin.created} />
        </span>
        <div className="order-5 -mr-2 flex justify-end">
          <CopyButton text={pin.cid} what={`CID of ${title}`} />
          {pin.status === 'pinned' && <OpenLink cid={pin.cid} name={title} />}
          {pin.status === 'failed' && <IconButton icon={RotateCw} label={`Try ${title} again`} disabled={retry.isPending} onClick={() => retry.mutate()} />}
          <IconButton icon={moving ? X : Trash2} label={`${moving ? 'Cancel' : 'Delete'} ${title}`} onClick={remove} />
          <IconButton icon={ChevronDown} label={`Details of ${title}`} aria-expanded={open} aria-controls={details} onClick={() => setOpen(!open)} />
        </div>
        {pin.reason && (
          <p className={`order-6 col-span-2 text-sm wrap-anywhere md:col-span-4 md:col-start-2 ${pin.status === 'failed' ? 'text-bad' : 'text-soft'}`}>{pin.reason}</p>
        )}
        {pin.fetch && (
          <div className="order-6 col-span-2 empty:hidden md:col-span-4 md:col-start-2">
            <FetchProgress fetch={pin.fetch} name={title} />
          </div>
        )}
        <div className="order-6 col-span-2 empty:hidden md:col-span-4 md:col-start-2">
          <Problem error={retry.error} />
        </div>
        {pin.damaged && (
          <p className="order-6 col-span-2 text-sm wrap-anywhere text-bad md:col-span-4 md:col-start-2">
            Damaged on this server: {count(pin.damaged.blocks, 'block')} cannot be read. {pin.damaged.repair}
          </p>
        )}
      </div>
      <div id={details} className="empty:hidden">
        {open && <PinDetails pin={pin} moving={moving} />}
      </div>
    </li>
  )
}

export function pinPath({ id }: Pick<Pin, 'id'>): string {
  return `pins/${encodeURIComponent(id)}`
}
