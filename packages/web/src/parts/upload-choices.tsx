import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { accountSettingsQuery } from '../api/account-settings.ts'
import { instanceQuery } from '../api/instance.ts'
import type { UploadOptions } from '../lib/upload-queue.ts'
import { Checkbox } from './checkbox.tsx'
import { Field, SelectField } from './field.tsx'

export interface Choices extends UploadOptions {
  /** Each loose file and each folder by itself. */
  apart: boolean
}

export const defaultChoices: Choices = { apart: false }

const profileWords: Record<string, string> = {
  'unixfs-v1-2025': 'Current standard, CIDv1',
  'unixfs-v0-2015': 'Classic, CIDv0 (Qm…)',
  'web3-storage': 'As web3.storage did',
  'nft-storage': 'As NFT.Storage did',
}

/** What most uploads can leave as it is. */
export function UploadChoices({ value, onChange }: { value: Choices; onChange(next: Choices): void }) {
  const { data } = useSuspenseQuery(instanceQuery)
  const { data: settings } = useQuery(accountSettingsQuery)
  const waits = value.pin === undefined ? (settings?.onDemand ?? false) : !value.pin
  const set = (part: Partial<Choices>) => onChange({ ...value, ...part })
  return (
    <details className="group text-sm">
      <summary className="inline-flex list-none items-center gap-1 rounded text-soft hover:text-ink">
        <ChevronRight size={16} className="transition-transform group-open:rotate-90" aria-hidden />
        Upload options
      </summary>
      <div className="mt-3 grid gap-4 sm:grid-cols-2">
        <Field label="Name" value={value.name ?? ''} placeholder="the file's own" maxLength={255} onChange={(event) => set({ name: event.target.value })} />
        <SelectField label="Profile" hint="How files are cut: decides the CID." value={value.profile ?? data.profiles[0]} onChange={(event) => set({ profile: event.target.value })}>
          {data.profiles.map((profile) => (
            <option key={profile} value={profile}>
              {profile}
              {profileWords[profile] && ` – ${profileWords[profile]}`}
            </option>
          ))}
        </SelectField>
        <Checkbox label="Wait for the first reader" hint="Stored and served at once; pinned when somebody reads it through the gateway." checked={waits} onChange={(on) => set({ pin: !on })} />
        <Checkbox label="One CID for each file" hint="Without, several files become one folder." checked={value.apart} onChange={(apart) => set({ apart })} />
      </div>
    </details>
  )
}
