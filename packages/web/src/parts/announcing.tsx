import { useQuery } from '@tanstack/react-query'
import { networkQuery, type NetworkState } from '../api/network.ts'
import { count } from '../lib/count.ts'
import { Age } from './age.tsx'

/** One line on what the public network has been told of. */
export function Announcing() {
  const { data } = useQuery(networkQuery)
  if (data === undefined) return null
  const { off, backlog, last, failing } = data.providing
  return (
    <p>
      {off === undefined ? 'Roots are announced to the DHT' : `Nothing is announced: ${off}`}
      {' · '}
      {data.dht !== undefined && `${count(data.dht, 'peer')} of it known · `}
      {waiting(backlog)}
      {last !== undefined && (
        <>
          {' · last '}
          <Age at={last} />
        </>
      )}
      {failing[0] !== undefined && ` · ${failing[0].reason ?? 'some failed'}`}
    </p>
  )
}

function waiting({ roots, isMore }: NetworkState['providing']['backlog']): string {
  if (roots === 0) return 'none waits'
  return `${isMore ? 'more than ' : ''}${count(roots, 'root')} waiting`
}
