import { createRouter } from '@tanstack/react-router'
import { Failure } from './pages/failure.tsx'
import { adminPages } from './routes/admin.ts'
import { enteringPages } from './routes/entering.ts'
import { admin, house, root } from './routes/frame.ts'
import { ownPages } from './routes/own.ts'

export const router = createRouter({
  routeTree: root.addChildren([house.addChildren([...ownPages, admin.addChildren([...adminPages])]), ...enteringPages]),
  defaultPreload: 'intent',
  defaultErrorComponent: Failure,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
