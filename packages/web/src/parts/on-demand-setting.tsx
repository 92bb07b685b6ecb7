import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { accountSettingsQuery, changeAccountSettings } from '../api/account-settings.ts'
import { Checkbox } from './checkbox.tsx'
import { Problem } from './problem.tsx'

/** Whether new uploads of the account wait for their first reader. */
export function OnDemandSetting() {
  const client = useQueryClient()
  const { data, error } = useQuery(accountSettingsQuery)
  const [wanted, setWanted] = useState<boolean>()
  const change = useMutation({
    mutationFn: (onDemand: boolean) => changeAccountSettings({ onDemand }),
    async onSettled() {
      await client.invalidateQueries({ queryKey: accountSettingsQuery.queryKey })
      setWanted(undefined)
    },
  })
  const onDemand = wanted ?? data?.onDemand
  const choose = (next: boolean) => {
    setWanted(next)
    change.mutate(next)
  }
  return (
    <div className="min-h-10 space-y-3">
      {onDemand !== undefined && (
        <Checkbox
          label="New uploads wait for their first reader"
          hint="They are stored and served at once, and pinned when somebody reads them through the gateway. Each upload, and each program, may say otherwise."
          checked={onDemand}
          onChange={choose}
        />
      )}
      <Problem error={error ?? change.error} />
    </div>
  )
}
