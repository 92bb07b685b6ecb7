import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { doorsQuery } from '../api/doors.ts'
import { instanceQuery } from '../api/instance.ts'
import { meQuery } from '../api/me.ts'
import { sessionQuery } from '../api/session.ts'
import { localPath } from '../lib/local-path.ts'
import { queryClient } from '../query-client.ts'
import { root, text } from './frame.ts'

const signIn = createRoute({
  path: '/signin',
  getParentRoute: () => root,
  validateSearch: ({ to, problem }: Record<string, unknown>): { to?: string; problem?: string } => ({ to: localPath(to), problem: text(problem) }),
  async beforeLoad() {
    const [instance] = await Promise.all([queryClient.ensureQueryData(instanceQuery), queryClient.ensureQueryData(doorsQuery), queryClient.ensureQueryData(sessionQuery)])
    if (instance.setup) throw redirect({ to: '/setup', replace: true })
  },
  component: lazyRouteComponent(() => import('../pages/sign-in/sign-in.tsx'), 'SignIn'),
})

const enrol = createRoute({
  path: '/enrol',
  getParentRoute: () => root,
  validateSearch: ({ to }: Record<string, unknown>): { to?: string } => ({ to: localPath(to) }),
  async beforeLoad() {
    if (!(await queryClient.ensureQueryData(sessionQuery))) throw redirect({ to: '/signin', replace: true })
  },
  loader: () => Promise.all([queryClient.ensureQueryData(meQuery), queryClient.ensureQueryData(doorsQuery)]),
  component: lazyRouteComponent(() => import('../pages/entering/enrol.tsx'), 'Enrol'),
})

const noAccount = createRoute({
  path: '/no-account',
  getParentRoute: () => root,
  async beforeLoad() {
    const [session] = await Promise.all([queryClient.ensureQueryData(sessionQuery), queryClient.ensureQueryData(doorsQuery)])
    if (session?.needs !== 'account') throw redirect({ to: '/', replace: true })
  },
  component: lazyRouteComponent(() => import('../pages/entering/no-account.tsx'), 'NoAccount'),
})

const invitation = createRoute({
  path: '/invitation',
  getParentRoute: () => root,
  loader: () => Promise.all([queryClient.ensureQueryData(instanceQuery), queryClient.ensureQueryData(doorsQuery), queryClient.ensureQueryData(sessionQuery)]),
  component: lazyRouteComponent(() => import('../pages/entering/invitation.tsx'), 'InvitationPage'),
})

const askLetter = () => import('../pages/entering/ask-letter.tsx')

const forgot = createRoute({ path: '/forgot', getParentRoute: () => root, component: lazyRouteComponent(askLetter, 'Forgot') })

const letter = createRoute({ path: '/letter', getParentRoute: () => root, component: lazyRouteComponent(askLetter, 'Letter') })

const signUp = createRoute({ path: '/sign-up', getParentRoute: () => root, component: lazyRouteComponent(askLetter, 'SignUp') })

const useToken = () => import('../pages/entering/use-token.tsx')

const link = createRoute({ path: '/link', getParentRoute: () => root, component: lazyRouteComponent(useToken, 'LinkPage') })

const reset = createRoute({ path: '/reset', getParentRoute: () => root, component: lazyRouteComponent(useToken, 'ResetPage') })

const verify = createRoute({ path: '/verify', getParentRoute: () => root, component: lazyRouteComponent(useToken, 'VerifyPage') })

const setup = createRoute({
  path: '/setup',
  getParentRoute: () => root,
  loader: () => queryClient.ensureQueryData(instanceQuery),
  component: lazyRouteComponent(() => import('../pages/setup.tsx'), 'Setup'),
})

export const enteringPages = [signIn, enrol, noAccount, invitation, forgot, letter, signUp, link, reset, verify, setup] as const
