import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { instanceQuery } from './api/instance.ts'
import { pinStatuses, type PinFilter } from './api/pins.ts'
import { sessionQuery } from './api/session.ts'
import { Failure, NotFound } from './pages/failure.tsx'
import { Shell } from './parts/shell.tsx'
import { queryClient } from './query-client.ts'

const root = createRootRoute({ errorComponent: Failure, notFoundComponent: NotFound })

/** Pages for people who are signed in. */
const house = createRoute({
  id: 'house',
  getParentRoute: () => root,
  async beforeLoad({ location }) {
    const [instance, session] = await Promise.all([queryClient.ensureQueryData(instanceQuery), queryClient.ensureQueryData(sessionQuery)])
    if (instance.setup) throw redirect({ to: '/setup', replace: true })
    if (!session) throw redirect({ to: '/signin', search: { to: location.href }, replace: true })
  },
  component: Shell,
})

const home = createRoute({
  path: '/',
  getParentRoute: () => house,
  validateSearch: ({ status, name, before }: Record<string, unknown>): PinFilter => ({
    status: pinStatuses.find((known) => known === status),
    name: text(name),
    before: text(before),
  }),
  component: lazyRouteComponent(() => import('./pages/home.tsx'), 'Home'),
})

const uploads = createRoute({
  path: '/uploads',
  getParentRoute: () => house,
  validateSearch: ({ before }: Record<string, unknown>): { before?: string } => ({ before: text(before) }),
  component: lazyRouteComponent(() => import('./pages/uploads.tsx'), 'Uploads'),
})

const keys = createRoute({
  path: '/keys',
  getParentRoute: () => house,
  component: lazyRouteComponent(() => import('./pages/keys.tsx'), 'Keys'),
})

const signIn = createRoute({
  path: '/signin',
  getParentRoute: () => root,
  // Only a path of this page: an address from outside must not lead away after sign-in.
  validateSearch: ({ to }: Record<string, unknown>): { to?: string } => ({ to: typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : undefined }),
  async beforeLoad() {
    const instance = await queryClient.ensureQueryData(instanceQuery)
    if (instance.setup) throw redirect({ to: '/setup', replace: true })
  },
  component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignIn'),
})

const setup = createRoute({
  path: '/setup',
  getParentRoute: () => root,
  loader: () => queryClient.ensureQueryData(instanceQuery),
  component: lazyRouteComponent(() => import('./pages/setup.tsx'), 'Setup'),
})

export const router = createRouter({
  routeTree: root.addChildren([house.addChildren([home, uploads, keys]), signIn, setup]),
  defaultPreload: 'intent',
  defaultErrorComponent: Failure,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

/** The router reads `?name=12` as a number. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined
}
