/** Programs beside Node that some tests run: proxies, promtool. */
import { isInstalled } from '../../loadtest/proxies/proxy.js';

/**
 * True when a tool is missing on a machine where that is allowed, which is then said: a newcomer's
 * `npm test` works without it. CI has all of them, so there the tests run, and fail without it.
 */
export function mustDoWithout(tool: string): boolean {
  if (isInstalled(tool) || process.env.CI !== undefined) return false;
  process.stderr.write(`skipped: tests with ${tool}; scripts/debian-tools.sh installs it\n`);
  return true;
}
