import { setFlagsFromString } from 'node:v8'
import './compile-cache.ts'

process.title = 'tholed'
// Blocks lie outside of the heap of V8, which otherwise collects all of the heap for each 64 MiB of them.
setFlagsFromString('--external-memory-accounted-in-global-limit')

const { serve } = await import('./serve.ts')
await serve()
