/** The part of the settings table that says where the server listens, and for how many. */

export const ADDRESS_SETTINGS = {
  bind: {
    kind: 'address',
    group: 'addresses',
    short: 'b',
    isList: true,
    default: '127.0.0.1:8000',
    doc: 'Where clients are served; there may be several places.',
  },
  adminBind: {
    kind: 'address',
    group: 'addresses',
    default: '127.0.0.1:8001',
    doc: 'Where /status, /metrics, health and control are served; keep it private.',
  },
  metricsBind: {
    kind: 'address',
    group: 'addresses',
    default: 'off',
    doc: 'Where /metrics, /livez and /readyz are served besides; it may be public.',
  },
  socketMode: {
    kind: 'mode',
    group: 'addresses',
    default: '0660',
    doc: 'Who may connect to a Unix socket, as for chmod and whatever the umask; that of the admin port is always 0600.',
  },
  backlog: {
    kind: 'count',
    group: 'addresses',
    default: 2048,
    least: 1,
    most: 65_535,
    doc: 'Connections the kernel holds until the master accepts them.',
  },
  maxConnections: {
    kind: 'count',
    group: 'addresses',
    live: 'master',
    default: 'off',
    least: 1,
    most: 1_000_000,
    doc: 'The most clients that may be connected at once; the next one gets 503 TOO_MANY_CONNECTIONS.',
  },
  reusePort: {
    kind: 'flag',
    group: 'addresses',
    default: false,
    doc: 'Whether other servers may listen on the same TCP addresses beside this one (SO_REUSEPORT; Node 22.12 or later).',
  },
} as const;
