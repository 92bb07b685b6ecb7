import './compile-cache.ts'

process.title = 'tholed'

const { serve } = await import('./serve.ts')
await serve()
