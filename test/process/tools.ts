/** Programs beside Node that some tests run: nginx, promtool. */
import { spawnSync } from 'node:child_process';

/** sbin, where nginx lives, is not in every PATH. */
export const TOOL_PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

/**
 * True when a tool is missing on a machine where that is allowed, which is then said: a newcomer's
 * `npm test` works without it. CI has all of them, so there the tests run, and fail without it.
 */
export function mustDoWithout(tool: 'nginx' | 'promtool'): boolean {
  const isThere = spawnSync(tool, ['-v'], { env: { PATH: TOOL_PATH } }).error === undefined;
  if (isThere || process.env.CI !== undefined) return false;
  process.stderr.write(`skipped: tests with ${tool}; scripts/debian-tools.sh installs it\n`);
  return true;
}
