import { defineConfig } from 'vitest/config'

// Browser journeys. Two files run side by side, each in a city of its own: much of a journey is waiting.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['journeys/**/*.test.ts'],
    globalSetup: ['support/city.ts'],
    setupFiles: ['support/fresh.ts'],
    maxWorkers: Number(process.env.WORKERS ?? 2),
    // Everything waits for a condition. How long it may take is for the busiest machine that runs the gate.
    testTimeout: 900_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000, interval: 100 } },
    reporters: ['verbose'],
  },
})
