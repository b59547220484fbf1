import type { Choices } from './cross-checks.js';
import { describeOrigin } from './sources/origin.js';

/** Since when Node can; 23.0 cannot. */
const FIRST = [22, 12] as const;

/** What is wrong with `reusePort` in this version of Node. */
export function reusePortFaults(choices: Choices, nodeVersion: string): string[] {
  const chosen = choices.get('reusePort');
  if (chosen?.value !== true || canReusePort(nodeVersion)) return [];
  const origin = describeOrigin(chosen.origin);
  return [
    `${origin}: expected Node ${FIRST.join('.')} or later for reusePort; got ${nodeVersion}.`,
  ];
}

function canReusePort(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  if (major === FIRST[0]) return minor >= FIRST[1];
  return major > FIRST[0] && !(major === 23 && minor === 0);
}
