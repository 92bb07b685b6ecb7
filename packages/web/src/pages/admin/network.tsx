import { useQuery } from '@tanstack/react-query'
import { networkQuery, type NetworkState } from '../../api/network.ts'
import { formatMoment } from '../../lib/age.ts'
import { count } from '../../lib/count.ts'
import { shortCid } from '../../lib/links.ts'
import { Card, CardTitle } from '../../parts/card.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'

export function NetworkPage() {
  const { data, error } = useQuery(networkQuery)
  return (
    <Page title="Network" about="The node of this server: who may dial it, and what others were told.">
      <Problem error={error} />
      <Card className="min-h-40 space-y-4 p-4" aria-labelledby="node">
        <CardTitle id="node">Node</CardTitle>
        {data && <Node state={data} />}
      </Card>
      <Card className="min-h-40 space-y-4 p-4" aria-labelledby="announcing">
        <CardTitle id="announcing">Announcing</CardTitle>
        {data && <Providing providing={data.providing} />}
      </Card>
    </Page>
  )
}

function Node({ state: { state, driver, peers, dht, restarts, peerId, addresses } }: { state: NetworkState }) {
  return (
    <>
      <Facts
        facts={[
          { word: 'State', text: driver === 'none' ? 'off' : state },
          { word: 'Connected', text: count(peers, 'peer') },
          dht !== undefined && { word: 'Of the DHT', text: `${count(dht, 'peer')} known` },
          { word: 'Started again', text: count(restarts, 'time') },
          peerId !== undefined && { word: 'Peer id', text: <span className="font-mono text-xs">{peerId}</span> },
        ]}
      />
      {addresses.length > 0 ? (
        <ul className="space-y-1" aria-label="Addresses">
          {addresses.map((address) => (
            <li key={address} className="flex items-center gap-1 rounded-lg bg-well pl-3 font-mono text-xs">
              <span className="min-w-0 grow wrap-anywhere">{address}</span>
              <CopyButton text={address} what="address" />
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-sm text-soft">Nobody can dial this server. THOLE_NETWORK and THOLE_SWARM decide about that.</p>
      )}
    </>
  )
}

function Providing({ providing: { off, rate, perMinute, backlog, last, announced, failed, failing } }: Pick<NetworkState, 'providing'>) {
  if (off !== undefined) return <p className="text-sm text-soft">Nothing is announced: {off}</p>
  return (
    <>
      <Facts
        facts={[
          { word: 'Announced', text: count(announced, 'time') },
          { word: 'Failed', text: count(failed, 'time') },
          { word: 'In the last minute', text: `${perMinute}, of ${rate * 60} at most` },
          { word: 'Waiting', text: `${backlog.isMore ? 'more than ' : ''}${count(backlog.roots, 'root')}` },
          last !== undefined && { word: 'Last', text: formatMoment(last) },
        ]}
      />
      <ul className="space-y-1 text-sm" aria-label="Failing">
        {failing.map(({ cid, reason }) => (
          <li key={cid} className="wrap-anywhere text-bad">
            <span className="font-mono text-xs">{shortCid(cid)}</span>: {reason}
          </li>
        ))}
      </ul>
    </>
  )
}
