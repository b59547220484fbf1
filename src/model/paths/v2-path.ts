import { type ModelPath, readModelPath } from './model-path.js';

const PATTERN = /^\/v2\/models\/(?<name>[^/]+)(?:\/versions\/(?<version>[^/]+))?(?<verb>\/[^/]+)?$/;

/**
 * `/v2/models/NAME[/versions/V][/infer | /ready | …]`, without the query; undefined for any other
 * path, health and the repository's own routes included.
 */
export function readV2Path(path: string): ModelPath | undefined {
  return path.startsWith('/v2/') ? readModelPath(path, PATTERN) : undefined;
}
