import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { openLive } from './open.ts'
import { createRefresher } from './refresher.ts'

/** Keeps what is shown true while somebody is signed in: nothing on the pages asks by itself again and again. */
export function useLiveUpdates(accountId: string | undefined): void {
  const client = useQueryClient()
  useEffect(() => {
    if (accountId === undefined) return
    const refresher = createRefresher(client)
    let close: (() => void) | undefined = openLive(accountId, refresher.take)
    const leave = () => {
      close?.()
      close = undefined
    }
    const comeBack = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return
      close ??= openLive(accountId, refresher.take)
      refresher.take({ type: 'lost' })
    }
    const see = () => document.hidden || refresher.seen()
    window.addEventListener('pagehide', leave)
    window.addEventListener('pageshow', comeBack)
    document.addEventListener('visibilitychange', see)
    return () => {
      window.removeEventListener('pagehide', leave)
      window.removeEventListener('pageshow', comeBack)
      document.removeEventListener('visibilitychange', see)
      refresher.stop()
      leave()
    }
  }, [accountId, client])
}
