/** Not named in the import, whose JSX is checked with the dashboard. */
const place = '../../packages/web/src/router.tsx'
const { router } = (await import(place)) as { router: { routesByPath: Record<string, unknown> } }

/** Every path that the router of the dashboard knows, once; those with parameters aside. */
export const pagePaths: string[] = [...new Set(Object.keys(router.routesByPath).map((path) => (path === '/' ? path : path.replace(/\/$/, ''))))].filter((path) => !path.includes('$') && path !== '/admin')
