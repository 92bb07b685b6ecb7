import { readFile, readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { Hono } from 'hono'
import type { EdgeEnv } from '../edge.ts'

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
}

const safety = {
  'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
}

/** The dashboard, read once into memory: some hundred kilobytes of hashed files. Unknown paths get the page, whose router knows them. */
export async function dashboard(folder: string): Promise<Hono<EdgeEnv>> {
  const files = new Map<string, { bytes: Uint8Array<ArrayBuffer>; headers: Record<string, string> }>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const path = `/${relative(folder, file).split(sep).join('/')}`
    const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    const type = types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
    files.set(path, { bytes: new Uint8Array(await readFile(file)), headers: { ...safety, 'Content-Type': type, 'Cache-Control': cache } })
  }
  const page = files.get('/index.html')
  const routes = new Hono<EdgeEnv>()
  routes.get('*', (call) => {
    const isAsset = call.req.path.startsWith('/assets/')
    const found = files.get(call.req.path) ?? (isAsset ? undefined : page)
    return found ? call.body(found.bytes, 200, found.headers) : call.text('not found\n', 404)
  })
  return routes
}
