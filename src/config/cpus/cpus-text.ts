import type { Cpus } from './allowed-cpus.js';

/** For people: how many CPUs there are, and why no more. */
export function cpusText({ count, limit, at, allows }: Cpus): string {
  const cpus = `${count} CPU${count === 1 ? '' : 's'}`;
  if (limit === 'none') return cpus;
  const part = allows === undefined || allows === count ? '' : ` of ${Number(allows.toFixed(2))}`;
  return `${cpus} by the ${limit}${part} in ${at}`;
}
