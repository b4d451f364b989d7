import { defineConfig } from 'vitest/config'

// Browser journeys. One city, one browser, one file after another: the journeys share the server.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['journeys/**/*.test.ts'],
    globalSetup: ['support/city.ts'],
    fileParallelism: false,
    // Everything waits for a condition. How long it may take is for the busiest machine that runs the gate.
    testTimeout: 900_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000, interval: 100 } },
    reporters: ['verbose'],
  },
})
