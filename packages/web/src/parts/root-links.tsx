import { useSuspenseQuery } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { instanceQuery } from '../api/instance.ts'
import { linksOf } from '../lib/links.ts'
import { buttonClass } from './button.tsx'
import { CopyButton } from './copy-button.tsx'

/** Every address of a CID, each with its copy button. */
export function RootLinks({ cid }: { cid: string }) {
  const links = useLinks(cid)
  const rows = [
    { word: 'CID', text: cid },
    { word: 'Gateway', text: links.gateway },
    { word: 'Subdomain', text: links.subdomain },
    { word: 'URI', text: links.uri },
  ]
  return (
    <dl className="overflow-hidden rounded-lg border border-line">
      {rows.map(({ word, text }) => text && (
        <div key={word} className="flex items-center gap-3 border-line bg-card pr-1 pl-3 not-first:border-t">
          <dt className="w-18 shrink-0 text-xs text-soft">{word}</dt>
          <dd className="flex min-w-0 grow items-center gap-1">
            <span className="min-w-0 grow truncate font-mono text-xs" title={text}>
              {text}
            </span>
            <CopyButton text={text} what={what(word)} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

export function OpenLink({ cid, name, wide = false }: { cid: string; name: string; wide?: boolean }) {
  const { open } = useLinks(cid)
  return (
    <a href={open} target="_blank" rel="noreferrer" className={wide ? buttonClass() : buttonClass('quiet', 'icon')} aria-label={`Open ${name}`} title={`Open ${name}`}>
      <ExternalLink size={wide ? 16 : 17} aria-hidden />
      {wide && 'Open'}
    </a>
  )
}

export function CopyLink({ cid }: { cid: string }) {
  return <CopyButton text={useLinks(cid).open} what="link" wide />
}

function what(word: string): string {
  return word === 'CID' ? word : word === 'URI' ? 'ipfs:// URI' : `${word.toLowerCase()} link`
}

function useLinks(cid: string) {
  const { data } = useSuspenseQuery(instanceQuery)
  return linksOf(cid, data.urls)
}
