import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Settings } from '../../config/settings.js';
import { messageOf } from '../../errors.js';

/** What can be exchanged while the server runs. */
export type Identity = {
  readonly context: SecureContextOptions;
  /** When the certificate ends. */
  readonly validTo: Date;
};

export type IdentityFiles = Pick<Settings, 'certfile' | 'keyfile' | 'caCerts'>;

const OLDEST_VERSION = 'TLSv1.2';

/**
 * Reads certificate, key and authorities, and sees whether they go together:
 * OpenSSL's own words for that help nobody.
 */
export function readIdentity(files: IdentityFiles): {
  readonly identity?: Identity;
  readonly faults: readonly string[];
} {
  const faults: string[] = [];
  const cert = readPart('certfile', files.certfile, faults);
  const key = readPart('keyfile', files.keyfile, faults);
  const ca = readPart('ca-certs', files.caCerts, faults);
  const certificate = cert && certificateOf('certfile', files.certfile, cert, faults);
  if (ca !== undefined) certificateOf('ca-certs', files.caCerts, ca, faults);
  if (certificate && key !== undefined) faults.push(...keyFaults(certificate, key, files));
  if (faults.length > 0 || cert === undefined || key === undefined || !certificate) {
    return { faults };
  }
  const context = { cert, key, minVersion: OLDEST_VERSION, ...(ca && { ca }) } as const;
  try {
    createSecureContext(context);
  } catch (error) {
    return { faults: [`certfile ${files.certfile}: cannot be used: ${messageOf(error)}.`] };
  }
  return { identity: { context, validTo: new Date(certificate.validTo) }, faults };
}

function readPart(name: string, path: string | undefined, faults: string[]): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    faults.push(`${name} ${path}: cannot be read: ${messageOf(error)}.`);
    return undefined;
  }
}

function certificateOf(
  name: string,
  path: string | undefined,
  pem: Buffer,
  faults: string[],
): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    const what = 'expected a certificate in PEM form (-----BEGIN CERTIFICATE-----)';
    faults.push(`${name} ${path}: ${what}: ${messageOf(error)}.`);
    return undefined;
  }
}

function keyFaults(certificate: X509Certificate, key: Buffer, files: IdentityFiles): string[] {
  const { keyfile, certfile } = files;
  try {
    if (certificate.checkPrivateKey(createPrivateKey(key))) return [];
    return [`keyfile ${keyfile}: the key does not belong to the certificate in ${certfile}.`];
  } catch (error) {
    const what = 'expected a private key in PEM form, without a passphrase';
    return [`keyfile ${keyfile}: ${what}: ${messageOf(error)}.`];
  }
}
