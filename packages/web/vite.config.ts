import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

export default defineConfig({
  plugins: [react(), tailwindcss()],
  worker: { format: 'es', plugins: () => [workerOfClient()] },
  build: {
    // The page runs under `default-src 'self'`: nothing inline, no data: addresses.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
})

/** The client, which is built from its source here, names its worker as it is called once it is built by itself. */
function workerOfClient(): Plugin {
  return {
    name: 'worker-of-client',
    enforce: 'pre',
    transform: (code, id) => (id.includes('/client/src/') && code.includes("new URL('./worker.js', import.meta.url)") ? code.replace("'./worker.js'", "'./worker.ts'") : null),
  }
}
