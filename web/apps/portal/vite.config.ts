import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const server = process.env.TONGBAN_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [vue()],
  base: '/',
  build: { target: 'es2022', sourcemap: false, chunkSizeWarningLimit: 400 },
  server: { port: 5173, proxy: { '/api': server, '/basic': server } },
  preview: { port: 4173, proxy: { '/api': server, '/basic': server } },
})
