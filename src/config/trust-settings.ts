/** The part of the settings table that says who may connect, and who is believed. */

export const TRUST_SETTINGS = {
  certfile: {
    kind: 'path',
    group: 'tls',
    doc: 'The certificate of the main port, in PEM form, with those between it and the root; with it the port speaks TLS alone.',
  },
  keyfile: {
    kind: 'path',
    group: 'tls',
    doc: 'The private key that belongs to the certificate, in PEM form, without a passphrase.',
  },
  caCerts: {
    kind: 'path',
    group: 'tls',
    doc: 'Certificates of the authorities that vouch for clients, in PEM form.',
  },
  certReqs: {
    kind: 'choice',
    group: 'tls',
    choices: ['none', 'optional', 'required'],
    default: 'none',
    doc: 'Whether clients are asked for a certificate: not at all, or only a good one is taken, or nobody comes in without one.',
  },
} as const;
