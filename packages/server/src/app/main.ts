import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Compiled code is kept beside the packages: the second start takes a fraction of the first.
enableCompileCache(join(import.meta.dirname, '../../../../node_modules/.cache/thole'))
process.title = 'tholed'

const { serve } = await import('./serve.ts')
await serve()
