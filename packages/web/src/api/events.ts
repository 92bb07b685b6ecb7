import { infiniteQueryOptions } from '@tanstack/react-query'
import type { TholeEvent } from '../live/messages.ts'
import { query, request } from './client.ts'

export type { TholeEvent } from '../live/messages.ts'

/** What is told of, in the words of the page, and the kinds that belong to it. */
export const topics = {
  files: { word: 'Files', kinds: ['upload.received', 'upload.removed'] },
  pins: { word: 'Pins', kinds: ['pin.added', 'pin.pinned', 'pin.failed', 'pin.removed'] },
  keys: { word: 'Keys', kinds: ['key.created', 'key.changed', 'key.revoked'] },
  people: {
    word: 'People',
    kinds: ['member.signed-in', 'member.sign-in-refused', 'member.signed-out', 'member.invited', 'member.joined', 'member.claimed', 'member.role-changed', 'member.removed', 'member.password-changed', 'session.revoked'],
  },
} as const

export type Topic = keyof typeof topics

const eventPage = 100

/** `of`: `account`, or for admins `instance` and `all`. */
export function eventsQuery({ of = 'account', topic, limit = eventPage }: { of?: 'account' | 'instance' | 'all'; topic?: Topic; limit?: number }) {
  const kinds = (topic ? topics[topic].kinds : []).map((kind) => `&kind=${kind}`).join('')
  return infiniteQueryOptions({
    queryKey: ['events', of, topic, limit],
    queryFn: async ({ pageParam, signal }) => (await request<{ events: TholeEvent[] }>('GET', `events${query({ of, limit, before: pageParam || undefined })}${kinds}`, undefined, signal)).events,
    initialPageParam: 0,
    getNextPageParam: (events) => (events.length < limit ? undefined : events.at(-1)?.id),
  })
}
