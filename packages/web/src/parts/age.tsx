import { formatAge } from '../lib/age.ts'

export function Age({ at }: { at: string }) {
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()} className="whitespace-nowrap">
      {formatAge(at)}
    </time>
  )
}
