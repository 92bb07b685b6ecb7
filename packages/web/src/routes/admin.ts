import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { jobsQuery, scrubQuery, segmentsQuery, storageQuery } from '../api/health.ts'
import { accountsQuery } from '../api/directory.ts'
import { networkQuery } from '../api/network.ts'
import { plansQuery } from '../api/plans.ts'
import { accessRequestsQuery, accessStates, type AccessState } from '../api/access.ts'
import { auditQuery, topics as auditTopics, type AuditFilter } from '../api/audit.ts'
import { queryClient } from '../query-client.ts'
import { admin, text } from './frame.ts'

const accounts = createRoute({
  path: '/accounts',
  getParentRoute: () => admin,
  validateSearch: ({ find }: Record<string, unknown>): { find?: string } => ({ find: text(find) }),
  loader: () => Promise.allSettled([queryClient.ensureQueryData(plansQuery), queryClient.ensureInfiniteQueryData(accountsQuery(''))]),
  component: lazyRouteComponent(() => import('../pages/accounts/accounts.tsx'), 'AccountsPage'),
})

const managePlans = createRoute({
  path: '/plans',
  getParentRoute: () => admin,
  loader: () => Promise.allSettled([queryClient.ensureQueryData(plansQuery)]),
  component: lazyRouteComponent(() => import('../pages/plans/manage-plans.tsx'), 'ManagePlans'),
})

const store = createRoute({
  path: '/store',
  getParentRoute: () => admin,
  loader: () => Promise.allSettled([queryClient.ensureQueryData(storageQuery), queryClient.ensureQueryData(segmentsQuery), queryClient.ensureQueryData(scrubQuery)]),
  component: lazyRouteComponent(() => import('../pages/admin/store.tsx'), 'Store'),
})

const jobs = createRoute({
  path: '/jobs',
  getParentRoute: () => admin,
  loader: () => Promise.allSettled([queryClient.ensureQueryData(jobsQuery)]),
  component: lazyRouteComponent(() => import('../pages/admin/jobs.tsx'), 'Jobs'),
})

const network = createRoute({
  path: '/network',
  getParentRoute: () => admin,
  loader: () => Promise.allSettled([queryClient.ensureQueryData(networkQuery)]),
  component: lazyRouteComponent(() => import('../pages/admin/network.tsx'), 'NetworkPage'),
})

const accessRequests = createRoute({
  path: '/access',
  getParentRoute: () => admin,
  validateSearch: ({ state }: Record<string, unknown>): { state?: AccessState } => ({ state: accessStates.find((known) => known === state) }),
  loader: () => Promise.allSettled([queryClient.ensureInfiniteQueryData(accessRequestsQuery('open'))]),
  component: lazyRouteComponent(() => import('../pages/access-requests/access-requests.tsx'), 'AccessRequests'),
})

const audit = createRoute({
  path: '/audit',
  getParentRoute: () => admin,
  validateSearch: ({ topic, account }: Record<string, unknown>): AuditFilter => ({
    topic: typeof topic === 'string' && Object.hasOwn(auditTopics, topic) ? topic : undefined,
    account: text(account),
  }),
  loader: () => Promise.allSettled([queryClient.ensureInfiniteQueryData(auditQuery({}))]),
  component: lazyRouteComponent(() => import('../pages/audit/audit.tsx'), 'Audit'),
})

export const adminPages = [accounts, managePlans, store, jobs, network, accessRequests, audit] as const
