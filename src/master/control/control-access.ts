/** Who may load and unload models: whoever may can also take a model away from all its clients. */

import type { Settings } from '../../config/settings.js';
import { type Address, isLoopbackHost } from '../../config/values/address.js';
import { RequestError } from '../../errors.js';

export type Port = 'main' | 'admin';
type ControlSettings = Pick<Settings, 'modelControl' | 'bind'>;

/** What proxies add: then whoever asks is not on this machine, though the proxy is. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'] as const;

/**
 * Why no verb at all is taken from this sender; undefined unless it is a web page.
 *
 * A web page makes the browser of an operator send requests to his own loopback. It cannot help
 * saying so in these headers, and no tool sends them.
 */
export function webPageRefusal(headerNames: ReadonlySet<string>): RequestError | undefined {
  if (!headerNames.has('origin') && !headerNames.has('sec-fetch-site')) return undefined;
  return new RequestError('FORBIDDEN', 'nothing is controlled from a web page');
}

/** Why a verb is refused at this port; undefined where it is allowed. Header names in lower case. */
export function controlRefusal(
  port: Port,
  settings: ControlSettings,
  headerNames: ReadonlySet<string>,
): RequestError | undefined {
  const pageRefusal = webPageRefusal(headerNames);
  if (pageRefusal !== undefined) return pageRefusal;
  if (isAllowed(port, settings, headerNames)) return undefined;
  const { modelControl } = settings;
  const advice = modelControl === 'off' ? '--model-control allows it nowhere' : MAIN_ADVICE;
  const text = `models are not loaded or unloaded on this port (model-control is ${modelControl}); ${advice}`;
  return new RequestError('FORBIDDEN', text);
}

const MAIN_ADVICE =
  'use the admin port, or set --model-control main when only those who may can reach this one';

function isAllowed(
  port: Port,
  { modelControl, bind }: ControlSettings,
  headerNames: ReadonlySet<string>,
): boolean {
  switch (modelControl) {
    case 'off':
      return false;
    case 'admin':
      return port === 'admin';
    case 'main':
      return true;
    case 'auto': {
      if (port === 'admin') return true;
      const isProxied = PROXY_HEADERS.some((name) => headerNames.has(name));
      return bind.every(isLoopback) && !isProxied;
    }
  }
}

/** A Unix socket is no loopback: who uses one there is a proxy. */
function isLoopback(address: Address): boolean {
  return address.kind === 'tcp' && isLoopbackHost(address.host);
}
