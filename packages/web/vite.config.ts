import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    // The page runs under `default-src 'self'`: nothing inline, no data: addresses.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
})
