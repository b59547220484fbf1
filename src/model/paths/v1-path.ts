import { type ModelPath, readModelPath } from './model-path.js';

const PATTERN =
  /^\/v1\/models\/(?<name>[^/:]+)(?:\/versions\/(?<version>[^/:]+)|\/labels\/(?<label>[^/:]+))?(?<verb>:[^/:]+|\/metadata)?$/;

/**
 * `/v1/models/NAME[/versions/V | /labels/L][:VERB | /metadata]`, without the query; undefined for
 * any other path, the list of all models included.
 */
export function readV1Path(path: string): ModelPath | undefined {
  return path.startsWith('/v1/') ? readModelPath(path, PATTERN) : undefined;
}
