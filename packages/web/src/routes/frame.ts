import { createRootRoute, createRoute, redirect } from '@tanstack/react-router'
import { accessQuery } from '../api/access.ts'
import { expiringQuery } from '../api/expiring.ts'
import { instanceQuery } from '../api/instance.ts'
import { sessionQuery } from '../api/session.ts'
import { usageQuery } from '../api/usage.ts'
import { Failure, NotFound } from '../pages/failure.tsx'
import { Shell } from '../parts/shell.tsx'
import { queryClient } from '../query-client.ts'

export const root = createRootRoute({ errorComponent: Failure, notFoundComponent: NotFound })

export const house = createRoute({
  id: 'house',
  getParentRoute: () => root,
  async beforeLoad({ location }) {
    const [instance, session] = await Promise.all([queryClient.ensureQueryData(instanceQuery), queryClient.ensureQueryData(sessionQuery)])
    if (instance.setup) throw redirect({ to: '/setup', replace: true })
    if (!session || session.needs === 'second-factor') throw redirect({ to: '/signin', search: { to: location.href }, replace: true })
    if (session.needs === 'account') throw redirect({ to: '/no-account', replace: true })
    if (session.needs) throw redirect({ to: '/enrol', search: { to: location.href }, replace: true })
  },
  // What stands above the page is there with it, or not at all.
  loader: () => Promise.allSettled([queryClient.ensureQueryData(accessQuery), queryClient.ensureQueryData(expiringQuery), queryClient.ensureQueryData(usageQuery)]),
  component: Shell,
})

export const admin = createRoute({
  path: '/admin',
  getParentRoute: () => house,
  async beforeLoad() {
    const session = await queryClient.ensureQueryData(sessionQuery)
    if (session?.account.role !== 'admin') throw redirect({ to: '/', replace: true })
  },
})

/** The router reads `?name=12` as a number. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined
}
