import { Link } from '@tanstack/react-router'
import { CircleCheck, CircleX, File, Folder, PackageOpen, RotateCw, X } from 'lucide-react'
import { formatDuration, formatMoment } from '../lib/age.ts'
import { formatBytes } from '../lib/bytes.ts'
import { nameOf, type Transfer } from '../lib/upload-queue.ts'
import { uploads } from '../uploads.ts'
import { Button, IconButton } from './button.tsx'
import { Problem } from './problem.tsx'
import { StoredRoot } from './stored-root.tsx'

const kindIcons = { file: File, folder: Folder, car: PackageOpen }

export function titleOf({ plan, options }: Transfer): string {
  return options.name || nameOf(plan)
}

export function TransferRow({ transfer, open }: { transfer: Transfer; open: boolean }) {
  const { id, plan, state, roots } = transfer
  const title = titleOf(transfer)
  const Icon = state === 'stored' ? CircleCheck : state === 'failed' ? CircleX : kindIcons[plan.kind]
  const colour = state === 'stored' ? 'text-ok' : state === 'failed' ? 'text-bad' : 'text-brand'
  const running = state === 'reading' || state === 'sending' || state === 'storing' || state === 'waiting'
  return (
    <li className="space-y-3 border-t border-line px-4 py-3" data-state={state}>
      <div className="flex items-center gap-3">
        <Icon size={22} className={`shrink-0 ${colour}`} aria-hidden />
        <div className="min-w-0 grow">
          <p className="truncate text-sm font-medium" title={title}>
            {title}
          </p>
          <p className="text-xs text-soft tabular-nums">
            {factsOf(transfer)}
            {transfer.since !== undefined && (
              <>
                {' · '}
                <Link to="/files" search={{ find: roots[0]?.cid }} className="text-brand underline underline-offset-2">
                  Show it
                </Link>
              </>
            )}
          </p>
        </div>
        {state === 'failed' && (
          <Button icon={RotateCw} onClick={() => uploads.retry(id)}>
            Try again
          </Button>
        )}
        {running ? (
          <Button icon={X} onClick={() => uploads.remove(id)}>
            Cancel
          </Button>
        ) : (
          <IconButton icon={X} label={`Remove ${title} from this list`} onClick={() => uploads.remove(id)} />
        )}
      </div>
      {running && <progress className="meter block" aria-label={`Upload of ${title}`} max={1} value={share(transfer)} />}
      {running && transfer.cid && (
        <p className="font-mono text-xs wrap-anywhere text-soft" data-testid="early-cid">
          {transfer.cid}
        </p>
      )}
      {state === 'choosing' && <CarChoice id={id} />}
      {state === 'failed' && (
        <Problem error={transfer.error}>
          {transfer.unpack && (
            <Button icon={File} className="mt-2" onClick={() => uploads.choose(id, false)}>
              Store it as a file
            </Button>
          )}
        </Problem>
      )}
      {state === 'stored' && roots.map((root) => <StoredRoot key={root.cid} root={root} name={root.name ?? title} open={open && roots.length === 1} />)}
    </li>
  )
}

function CarChoice({ id }: { id: number }) {
  return (
    <div className="flex flex-wrap items-center gap-2 rounded-lg bg-brand-tint p-3 text-sm">
      <p className="grow">This is a CAR: an archive of blocks with CIDs of their own.</p>
      <Button look="primary" icon={PackageOpen} onClick={() => uploads.choose(id, true)}>
        Unpack it, keep its CIDs
      </Button>
      <Button icon={File} onClick={() => uploads.choose(id, false)}>
        Store it as a file
      </Button>
    </div>
  )
}

function share({ done, total }: Transfer): number {
  return total === 0 ? 0 : done / total
}

/** `12 MiB of 80 MiB · 15 % · 22 MiB/s · 3 s left` */
function factsOf(transfer: Transfer): string {
  const { plan, state, done, total, speed, since } = transfer
  const size = plan.kind === 'folder' ? `${plan.items.length} files, ${formatBytes(plan.bytes)}` : formatBytes(plan.bytes)
  if (state === 'waiting') return `${size} · waiting`
  if (state === 'storing') return `${size} · sent; the server makes it durable`
  if (state === 'reading') return `${size} · finding out its CID · ${Math.floor(share(transfer) * 100)} %`
  if (since !== undefined) return `${size} · already here since ${formatMoment(since)}: nothing was sent`
  if (state !== 'sending') return size
  const facts = [`${formatBytes(done)} of ${formatBytes(total)}`, `${Math.floor(share(transfer) * 100)} %`]
  if (speed > 0) facts.push(`${formatBytes(speed)}/s`, `${formatDuration((total - done) / speed)} left`)
  return facts.join(' · ')
}
