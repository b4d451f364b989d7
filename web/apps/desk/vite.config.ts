import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// `TONGBAN_API` names another server, such as a mock, for one run of the dev server or the preview.
const target = process.env.TONGBAN_API ?? 'http://127.0.0.1:8080'
const proxy = { '/api': { target, changeOrigin: false } }

export default defineConfig({
  base: '/desk/',
  plugins: [vue()],
  server: { port: 5174, strictPort: true, proxy },
  preview: { port: 4174, strictPort: true, proxy },
  build: { target: 'es2022', assetsInlineLimit: 0, reportCompressedSize: true },
})
