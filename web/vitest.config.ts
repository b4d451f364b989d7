import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// One run for the whole workspace; two cores are shared with the server's builds.
export default defineConfig({
  plugins: [vue()],
  test: {
    environment: 'happy-dom',
    include: ['packages/*/{src,tests}/**/*.test.ts', 'apps/*/{src,tests}/**/*.test.ts'],
    maxWorkers: 2,
    // For the busiest machine that runs the gate: nothing here waits for a clock.
    testTimeout: 60_000,
  },
})
