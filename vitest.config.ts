import { defineConfig } from 'vitest/config';

// Three kinds of tests: unit (pure), http (an app, injected) and process (real
// servers, real signals). They run two files at a time, since starting servers is
// most of their work. Those in test/process/load measure what happens under a load
// that takes both cores of a small machine, so each of them has the machine alone.
const BESIDE_OTHERS = { maxWorkers: 2, sequence: { groupOrder: 0 } };
const ALONE = { maxWorkers: 1, sequence: { groupOrder: 1 } };
/** A busy machine may stand still for seconds; what is waited for is worth as long as a test may take. */
const PATIENT = {
  expect: { poll: { timeout: 15_000 } },
  testTimeout: 20_000,
  hookTimeout: 20_000,
};
const PROCESS = { pool: 'forks' as const, testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['src/queue/**', 'src/config/**', 'src/link/**', 'src/model/**'],
      // The pure parts; what needs a process or a socket is held by the other tests.
      thresholds: { 'src/queue/**': { lines: 95 }, 'src/config/**': { lines: 95 } },
    },
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], ...PATIENT, ...BESIDE_OTHERS } },
      {
        test: {
          name: 'http',
          include: ['test/http/**/*.test.ts'],
          ...PATIENT,
          ...BESIDE_OTHERS,
        },
      },
      {
        test: {
          name: 'process',
          include: ['test/process/*.test.ts'],
          ...PATIENT,
          ...PROCESS,
          ...BESIDE_OTHERS,
        },
      },
      {
        test: {
          name: 'load',
          include: ['test/process/load/**/*.test.ts'],
          ...PATIENT,
          ...PROCESS,
          ...ALONE,
        },
      },
    ],
  },
});
