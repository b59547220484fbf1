/** The table of the faults; pure. */
import { table } from '../report.js';
import { type FaultResult, isGood } from './fault.js';
import { total } from './tally.js';

const HEAD = [
  'fault',
  'seconds',
  'requests',
  'failed',
  'worst ms',
  'expected',
  'what was seen',
  '',
];

export function faultReport(results: readonly FaultResult[]): string {
  const rows = results.map((result) => [
    result.title,
    result.seconds.toFixed(0),
    String(result.requests),
    failures(result),
    result.worstMs.toFixed(0),
    expected(result),
    [result.seen, ...result.broken.map((text) => `**${text}**`)].join('; '),
    isGood(result) ? 'ok' : '**NOT OK**',
  ]);
  return table(HEAD, rows);
}

function failures({ failed }: FaultResult): string {
  const count = total(failed);
  return count === 0 ? '0' : `**${count}** (${reasons(failed)})`;
}

function expected({ expected, refused }: FaultResult): string {
  return total(refused) === 0 ? expected : `${expected}: ${reasons(refused)}`;
}

function reasons(byReason: Readonly<Record<string, number>>): string {
  return Object.entries(byReason)
    .map(([reason, count]) => `${count} × ${reason}`)
    .join(', ');
}
