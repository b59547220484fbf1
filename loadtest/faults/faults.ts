/** `npm run loadtest -- faults`: each fault under load, and one table of who noticed. */
import { writeFindings } from '../results.js';
import { FAULTS } from './catalogue.js';
import { type Fault, type FaultResult, isGood } from './fault.js';
import { type FaultOptions, faultUsage } from './options.js';
import { faultReport } from './report.js';

export const FAULT_USAGE: string = faultUsage(FAULTS);

export const FAULT_NAMES: readonly string[] = FAULTS.map(({ name }) => name);

/** @returns the exit code: 1 when an expectation did not hold. */
export async function runFaults(
  options: FaultOptions,
  note: (text: string) => void,
): Promise<number> {
  const chosen = FAULTS.filter(
    ({ name }) => options.names.length === 0 || options.names.includes(name),
  );
  const results: FaultResult[] = [];
  for (const fault of chosen) {
    note(`faults: ${fault.name}`);
    const result = await tryOne(fault, options, note);
    if (!isGood(result))
      note(`  NOT OK: ${JSON.stringify({ ...result.failed, broken: result.broken })}`);
    results.push(result);
  }
  const through = options.through === undefined ? '' : `-${options.through}`;
  const report = faultReport(results);
  process.stdout.write(`\n${report}\n`);
  const title = `faults${through}, ${options.workers} workers`;
  note(
    `written to ${writeFindings({ name: `faults${through}`, title, options, result: results, report })} and its .json`,
  );
  return results.every(isGood) ? 0 : 1;
}

async function tryOne(
  fault: Fault,
  options: FaultOptions,
  note: (text: string) => void,
): Promise<FaultResult> {
  const seconds = options.seconds ?? (options.isQuick ? fault.seconds.quick : fault.seconds.whole);
  const startedMs = performance.now();
  const { name, title, expected } = fault;
  const findings = await fault.run({ options, seconds, note });
  return { ...findings, name, title, expected, seconds: (performance.now() - startedMs) / 1000 };
}
