import { defineConfig } from 'vitest/config';

// Three kinds of tests: unit (pure), http (an app, injected) and process (real
// servers, real signals). Process tests run one file at a time: they measure
// what happens under load, and two cores carry only one such load at once.
export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['src/queue/**', 'src/config/**', 'src/link/**', 'src/model/**'],
      // The pure parts; what needs a process or a socket is held by the other tests.
      thresholds: { 'src/queue/**': { lines: 95 }, 'src/config/**': { lines: 95 } },
    },
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      { test: { name: 'http', include: ['test/http/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'process',
          include: ['test/process/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
