import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'

export interface AccountSettings {
  /** New uploads are pinned by their first reader, where they do not say otherwise. */
  onDemand: boolean
}

export const accountSettingsQuery = queryOptions({
  queryKey: ['settings', 'account'],
  queryFn: ({ signal }) => request<AccountSettings>('GET', 'account/settings', undefined, signal),
  staleTime: 60_000,
})

export function changeAccountSettings(settings: AccountSettings): Promise<void> {
  return request('PUT', 'account/settings', settings)
}
