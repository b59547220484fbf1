/** What nearly every model of a test is. */
export const PLAIN = {
  name: 'm',
  version: '1',
  runtime: 'module',
  isLatest: true,
  labels: [],
  isRetryable: true,
  dispose: async () => {},
} as const;
