/** The part of the settings table that says how long streams may last, and how deaf workers are found. */

export const CLOCK_SETTINGS = {
  streamTimeout: {
    kind: 'duration',
    group: 'times',
    live: 'master',
    default: 'off',
    doc: 'The longest a streamed reply may take from its first piece to its end; then its connection is cut.',
  },
  deafAfter: {
    kind: 'duration',
    group: 'times',
    live: 'master',
    default: '10s',
    least: '100ms',
    doc: 'How long a worker without work may fail to answer the master before it is replaced.',
  },
} as const;
