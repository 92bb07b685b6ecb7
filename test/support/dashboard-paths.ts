/** Not named in the import, whose JSX is checked with the dashboard. */
const place = '../../packages/web/src/router.tsx'
const { router } = (await import(place)) as { router: { routesById: Record<string, { fullPath: string; children?: unknown }> } }

const pages = Object.entries(router.routesById)
  .filter(([, { children }]) => children === undefined)
  .map(([id, { fullPath }]) => ({ path: fullPath === '/' ? fullPath : fullPath.replace(/\/$/, ''), isInside: id.startsWith('/house/') }))
const needy = pages.find(({ path }) => path.includes('$'))
if (needy) throw new Error(`${needy.path}: say what stands for its parameter, so that it is looked at`)

/** Every page that the router knows for who is signed in, and for who is not: a new one is looked at as soon as it is there. */
export const pagesInside = pages.filter(({ isInside }) => isInside).map(({ path }) => path)
export const pagesBefore = pages.filter(({ isInside }) => !isInside).map(({ path }) => path)
