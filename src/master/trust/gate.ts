import type { Settings } from '../../config/settings.js';
import { RequestError } from '../../errors.js';
import { pathOf } from '../../link/frames/request-target.js';
import type { ClientRequest } from '../client-request.js';
import { type Claims, isOfProxy, valuesOf } from './claims.js';
import { isAllowed, type OriginRules, originRules, preflightHeaders } from './cross-origin.js';
import { forwardedClient } from './forwarded.js';
import type { Keys } from './keys.js';
import { keyRefusal } from './presented-key.js';
import { TrustedPeers } from './trusted-peers.js';

export type GateSettings = Pick<
  Settings,
  'forwardedAllowIps' | 'forwarderHeaders' | 'headerMap' | 'rootPath' | 'corsOrigins'
>;

/** Health is asked for by those who have no key. */
const OPEN_PATHS: ReadonlySet<string> = new Set([
  '/livez',
  '/readyz',
  '/v2/health/live',
  '/v2/health/ready',
]);

const CONTROL_PATHS = '/v2/repository/';

/** Under this name a proxy says which part of the path it serves us under. */
const SCRIPT_NAME = 'script_name';

/**
 * Decides by the head of a request of the main port whose it is, and whether it
 * may come in. Its claims were taken out of the headers; those that are believed
 * or harmless go back, all others reach no worker.
 */
export class Gate {
  readonly #settings: GateSettings;
  readonly #trusted: TrustedPeers;
  readonly #forwarderHeaders: ReadonlySet<string>;
  readonly #keys: Keys | undefined;
  readonly #origins: OriginRules | undefined;
  /** Every request is looked at, and not only those that claim something. */
  readonly #looksAtAll: boolean;

  constructor(settings: GateSettings, keys: Keys | undefined) {
    this.#settings = settings;
    this.#keys = keys;
    this.#trusted = new TrustedPeers(settings.forwardedAllowIps);
    this.#forwarderHeaders = new Set(settings.forwarderHeaders.map((name) => name.toLowerCase()));
    this.#origins = originRules(settings.corsOrigins);
    const { rootPath } = settings;
    this.#looksAtAll = keys !== undefined || this.#origins !== undefined || rootPath !== undefined;
  }

  /**
   * @param claims undefined when it has none
   * @throws RequestError when it may not come in
   */
  pass(request: ClientRequest, claims: Claims | undefined): void {
    if (claims !== undefined) this.#judge(request, claims);
    else if (this.#looksAtAll) this.#judge(request, []);
  }

  /** What a browser asks before it lets a page send a request; undefined: this is no such question. */
  preflight({ method, headers, crossOrigin }: ClientRequest): readonly string[] | undefined {
    if (method !== 'OPTIONS' || !isAllowed(crossOrigin)) return undefined;
    if (headerOf(headers, 'access-control-request-method') === undefined) return undefined;
    return preflightHeaders(headerOf(headers, 'access-control-request-headers'));
  }

  #judge(request: ClientRequest, claims: Claims): void {
    const isTrusted = this.#trusted.has(request.client.address);
    const passed: string[] = [];
    for (let i = 0; i + 1 < claims.length; i += 2) {
      const name = claims[i] as string;
      if (isOfProxy(name)) request.isForwarded = true;
      if (this.#goesOn(name, isTrusted)) passed.push(name, claims[i + 1] as string);
    }
    // Others may have the same list: it is the head's.
    if (passed.length > 0) request.headers = [...request.headers, ...passed];
    if (isTrusted && claims.length > 0) this.#believe(request, claims);
    if (this.#settings.rootPath !== undefined) stripPath(request, this.#settings.rootPath);
    // What an operator does is never done from a web page.
    if (!request.path.startsWith(CONTROL_PATHS)) {
      request.crossOrigin = this.#origins?.headersFor(valuesOf(claims, 'origin')[0]);
    }
    this.#askForKey(request, claims);
  }

  /** Whether workers see such a header. @throws RequestError where it is refused */
  #goesOn(name: string, isTrusted: boolean): boolean {
    if (name === 'origin') return true;
    if (isOfProxy(name)) return isTrusted;
    if (!name.includes('_')) return this.#keys === undefined; // keys are nobody else's business
    if (isTrusted && this.#forwarderHeaders.has(name)) return true;
    const { headerMap } = this.#settings;
    if (headerMap !== 'refuse') return headerMap === 'dangerous';
    const text = `the header ${name.slice(0, 64)} has "_" in its name, which could pass for "-"; expected none (header-map)`;
    throw new RequestError('BAD_REQUEST', text);
  }

  #believe(request: ClientRequest, claims: Claims): void {
    const { address, isEncrypted } = forwardedClient(claims, this.#trusted);
    if (address !== undefined || isEncrypted !== undefined) {
      const { client } = request;
      request.client = {
        ...client,
        ...(address !== undefined && { address, port: 0 }),
        ...(isEncrypted !== undefined && { isEncrypted }),
      };
    }
    const mount = valuesOf(claims, SCRIPT_NAME)[0];
    if (mount !== undefined && this.#forwarderHeaders.has(SCRIPT_NAME)) stripPath(request, mount);
  }

  #askForKey(request: ClientRequest, claims: Claims): void {
    const keys = this.#keys;
    if (keys === undefined || OPEN_PATHS.has(request.path)) return;
    // A browser asks without a key, and learns nothing but that it may ask.
    if (this.preflight(request) !== undefined) return;
    const authorization = valuesOf(claims, 'authorization');
    const refusal = keyRefusal({ authorization, apiKey: valuesOf(claims, 'x-api-key') }, keys);
    if (refusal !== undefined) throw refusal;
  }
}

/** A proxy that takes the prefix away itself is right, too: then it is not there. */
function stripPath(request: ClientRequest, prefix: string): void {
  const root = prefix.replace(/\/+$/, '');
  const { url } = request;
  if (root === '' || !url.startsWith(root)) return;
  const rest = url.slice(root.length);
  if (rest !== '' && rest[0] !== '/' && rest[0] !== '?') return;
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  request.path = pathOf(request.url);
}

function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === name) return headers[i + 1];
  }
  return undefined;
}
