import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { eventsQuery, topics, type Topic } from '../api/events.ts'
import { keysQuery } from '../api/keys.ts'
import { doorsQuery } from '../api/doors.ts'
import { meQuery, ownSessionsQuery } from '../api/me.ts'
import { accountsQuery, invitationsQuery, membersQuery, settingsQuery } from '../api/members.ts'
import { pinCountsQuery, pinsQuery, pinStatuses, type PinFilter } from '../api/pins.ts'
import { plansQuery } from '../api/plans.ts'
import { sorts, uploadsQuery, type UploadFilter } from '../api/uploads.ts'
import { historyQuery, usageQuery } from '../api/usage.ts'
import { queryClient } from '../query-client.ts'
import { house, text } from './frame.ts'

// What a page shows first is there with it, so that nothing moves; where it cannot be had, the page says why.

const home = createRoute({
  path: '/',
  getParentRoute: () => house,
  loader: () => Promise.allSettled([queryClient.ensureQueryData(pinCountsQuery), queryClient.ensureInfiniteQueryData(eventsQuery({ limit: 8 }))]),
  component: lazyRouteComponent(() => import('../pages/home/home.tsx'), 'Home'),
})

const files = createRoute({
  path: '/files',
  getParentRoute: () => house,
  validateSearch: filesWanted,
  loader: ({ location }) => Promise.allSettled([queryClient.ensureInfiniteQueryData(uploadsQuery(filesWanted(location.search)))]),
  component: lazyRouteComponent(() => import('../pages/files/files.tsx'), 'Files'),
})

const pins = createRoute({
  path: '/pins',
  getParentRoute: () => house,
  validateSearch: pinsWanted,
  loader: ({ location }) => Promise.allSettled([queryClient.ensureQueryData(pinsQuery(pinsWanted(location.search)))]),
  component: lazyRouteComponent(() => import('../pages/pins/pins.tsx'), 'Pins'),
})

const keys = createRoute({
  path: '/keys',
  getParentRoute: () => house,
  loader: () => Promise.allSettled([queryClient.ensureInfiniteQueryData(keysQuery)]),
  component: lazyRouteComponent(() => import('../pages/keys/keys.tsx'), 'Keys'),
})

const events = createRoute({
  path: '/events',
  getParentRoute: () => house,
  validateSearch: eventsWanted,
  loader: ({ location }) => Promise.allSettled([queryClient.ensureInfiniteQueryData(eventsQuery(eventsWanted(location.search)))]),
  component: lazyRouteComponent(() => import('../pages/events/events.tsx'), 'Events'),
})

const usage = createRoute({
  path: '/usage',
  getParentRoute: () => house,
  loader: () => Promise.allSettled([queryClient.ensureQueryData(usageQuery), queryClient.ensureQueryData(historyQuery('day'))]),
  component: lazyRouteComponent(() => import('../pages/usage/usage.tsx'), 'UsagePage'),
})

const plans = createRoute({
  path: '/plans',
  getParentRoute: () => house,
  loader: () => Promise.allSettled([queryClient.ensureQueryData(plansQuery)]),
  component: lazyRouteComponent(() => import('../pages/plans/plans.tsx'), 'PlansPage'),
})

const members = createRoute({
  path: '/members',
  getParentRoute: () => house,
  loader: () => Promise.allSettled([queryClient.ensureQueryData(membersQuery), queryClient.ensureQueryData(invitationsQuery('members'))]),
  component: lazyRouteComponent(() => import('../pages/members/members.tsx'), 'Members'),
})

const settings = createRoute({
  path: '/settings',
  getParentRoute: () => house,
  validateSearch: ({ problem }: Record<string, unknown>): { problem?: string } => ({ problem: text(problem) }),
  loader: () => Promise.all([queryClient.ensureQueryData(meQuery), queryClient.ensureQueryData(doorsQuery), Promise.allSettled([queryClient.ensureQueryData(ownSessionsQuery), queryClient.ensureQueryData(accountsQuery), queryClient.ensureQueryData(settingsQuery)])]),
  component: lazyRouteComponent(() => import('../pages/settings/settings.tsx'), 'Settings'),
})

export const ownPages = [home, files, pins, keys, events, usage, plans, members, settings] as const

function filesWanted({ find, sort, order }: Record<string, unknown>): UploadFilter {
  return {
    find: text(find),
    sort: sorts.find((known) => known === sort),
    order: order === 'asc' || order === 'desc' ? order : undefined,
  }
}

function pinsWanted({ status, name, cid, before }: Record<string, unknown>): PinFilter {
  return {
    status: pinStatuses.find((known) => known === status),
    name: text(name),
    cid: text(cid),
    before: text(before),
  }
}

function eventsWanted({ topic }: Record<string, unknown>): { topic?: Topic } {
  return { topic: typeof topic === 'string' && Object.hasOwn(topics, topic) ? (topic as Topic) : undefined }
}
