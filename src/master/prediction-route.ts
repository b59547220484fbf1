import { readV1Path } from '../model/paths/v1-path.js';
import { readV2Path } from '../model/paths/v2-path.js';

const BY_VERB: Readonly<Record<string, string>> = {
  ':predict': '/v1/models/:name:predict',
  '/infer': '/v2/models/:name/infer',
};

/** The route of a request for a prediction, as workers name it; undefined: it asks for none. */
export function predictionRoute(method: string, path: string): string | undefined {
  if (method !== 'POST') return undefined;
  if (path === '/predict') return path;
  const asked = readV1Path(path) ?? readV2Path(path);
  return asked !== undefined && Object.hasOwn(BY_VERB, asked.verb)
    ? BY_VERB[asked.verb]
    : undefined;
}
