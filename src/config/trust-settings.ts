/** The part of the settings table that says who may connect, and who is believed. */

export const TRUST_SETTINGS = {
  certfile: {
    kind: 'path',
    group: 'tls',
    live: 'master',
    doc: 'The certificate of the main port, in PEM form, with those between it and the root; with it the port speaks TLS alone.',
  },
  keyfile: {
    kind: 'path',
    group: 'tls',
    live: 'master',
    doc: 'The private key that belongs to the certificate, in PEM form, without a passphrase.',
  },
  caCerts: {
    kind: 'path',
    group: 'tls',
    live: 'master',
    doc: 'Certificates of the authorities that vouch for clients, in PEM form.',
  },
  certReqs: {
    kind: 'choice',
    group: 'tls',
    choices: ['none', 'optional', 'required'],
    default: 'none',
    doc: 'Whether clients are asked for a certificate: not at all, or only a good one is taken, or nobody comes in without one.',
  },
  forwardedAllowIps: {
    kind: 'text',
    group: 'trust',
    isList: true,
    placeholder: 'ADDRESS|NETWORK|*',
    expected: 'an address, a network such as 10.0.0.0/8, or *',
    default: '127.0.0.1,::1',
    doc: 'Proxies whose X-Forwarded-… and Forwarded headers are believed: addresses, networks such as 10.0.0.0/8, or * for everybody; from others these headers are dropped.',
  },
  forwarderHeaders: {
    kind: 'text',
    group: 'trust',
    isList: true,
    expected: 'the name of a header',
    default: 'SCRIPT_NAME,PATH_INFO',
    doc: 'Headers with an underscore in their name that those proxies may send all the same.',
  },
  headerMap: {
    kind: 'choice',
    group: 'trust',
    choices: ['drop', 'refuse', 'dangerous'],
    default: 'drop',
    doc: 'What becomes of other headers with an underscore in their name, which much software takes for a dash: dropped, the request refused, or passed on.',
  },
  rootPath: {
    kind: 'text',
    group: 'trust',
    placeholder: '/PREFIX',
    expected: 'a path such as /models',
    doc: 'The path under which a proxy serves this server; it is taken off where a request has it.',
  },
  apiKeysFile: {
    kind: 'path',
    group: 'trust',
    doc: 'API keys, one a line: with it, or with FORKCAST_API_KEYS, the main port wants one for everything but health.',
  },
  adminKeyFile: {
    kind: 'path',
    group: 'trust',
    doc: 'Keys of the admin port, one a line: with it, or with FORKCAST_ADMIN_KEYS, it wants one for everything but health; "forkcast ctl" sends the first.',
  },
  corsOrigins: {
    kind: 'text',
    group: 'trust',
    isList: true,
    placeholder: 'ORIGIN|*',
    expected: 'an origin without a path, such as https://app.example.com, or *',
    doc: 'Web pages that may read answers of the main port, such as https://app.example.com, or * for all; none unless told.',
  },
} as const;
