import type { Hono } from 'hono'
import type { Roots, RootView } from '../../domain/uploads/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { EdgeEnv } from '../edge.ts'
import { jsonBody } from '../json-body.ts'
import { pageOf, readListQuery, type ListQuery } from './list-query.ts'
import { instant, uploadView, type SelfParts } from './shapes.ts'

export interface ListParts extends SelfParts {
  roots: Roots
}

/** `/user/uploads`: what the account uploaded, by CID. */
export function listRoutes(routes: Hono<EdgeEnv>, parts: ListParts): void {
  const { roots } = parts

  routes.get('/user/uploads', async (call) => {
    const query = readListQuery(new URL(call.req.url).searchParams)
    const { count, roots: found } = await roots.list(call.var.principal, pageOf(query))
    const shown = found.slice(0, query.size)
    const pages = Math.ceil(count / query.size)
    if (query.mode === 'pages' && query.page > Math.max(1, pages)) throw fault('PAGE_MISSING', { page: query.page, pages })
    const link = query.mode === 'pages' ? pageLinks(query, pages) : found.length > query.size && query.sized ? nextLink(query.size, shown) : ''
    call.header('Count', String(count))
    if (query.sized) call.header('Size', String(query.size))
    if (query.mode === 'pages') call.header('Page', String(query.page))
    if (link !== '') call.header('Link', link)
    return call.json(shown.map((root) => uploadView(parts, root)))
  })

  routes.get('/user/uploads/:cid', async (call) => call.json(uploadView(parts, await roots.get(call.var.principal, call.req.param('cid')))))

  routes.delete('/user/uploads/:cid', async (call) => {
    const { cid } = await roots.remove(call.var.principal, call.req.param('cid'))
    return call.json({ _id: cid })
  })

  routes.post('/user/uploads/:cid/rename', async (call) => {
    const { name } = await jsonBody(call)
    if (typeof name !== 'string' || name === '') throw fault('INVALID_REQUEST', { reason: 'name must be a text that is not empty' })
    await roots.rename(call.var.principal, call.req.param('cid'), name)
    return call.json({ name })
  })
}

/** Relative to where the dialect is: clients put it behind the address that they were given. They keep `size` and `before` alone. */
function nextLink(size: number, shown: readonly RootView[]): string {
  return link({ size, before: instant(shown.at(-1)!.created) }, 'next')
}

function pageLinks({ size, page, given }: Extract<ListQuery, { mode: 'pages' }>, pages: number): string {
  const to = (number: number, rel: string) => link({ size, page: number, ...given }, rel)
  const links = [page < pages && to(page + 1, 'next'), to(Math.max(1, pages), 'last'), to(1, 'first'), page > 1 && to(page - 1, 'previous')]
  return links.filter((one) => one !== false).join(', ')
}

function link(query: Record<string, string | number>, rel: string): string {
  const text = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
  return `</user/uploads?${text}>; rel="${rel}"`
}
