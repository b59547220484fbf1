/** Markdown tables of what was measured; pure. */
import type { Comparison, Figures, Memory } from './compare.js';
import type { CrashResult } from './crash.js';
import type { DrainResult } from './drain.js';
import { ratio } from './statistics.js';

const MEBIBYTE = 1024 * 1024;

export function comparisonReport({ figures, memory }: Comparison): string {
  const head = ['server', 'connections', 'req/s', 'p50 ms', 'p99 ms', 'errors', 'CPU µs/request'];
  const rows = figures.flatMap((one) => {
    const ours = figures.find((f) => f.target === 'forkcast' && f.connections === one.connections);
    const isLastOfPair = one.target === 'baseline' && ours !== undefined;
    return isLastOfPair ? [figureRow(one), ratioRow(ours, one)] : [figureRow(one)];
  });
  return `${table([...head, 'master + workers'], rows)}\n${memoryReport(memory)}`;
}

export function crashReport(results: readonly CrashResult[]): string {
  const head = [
    'server',
    'connections',
    'requests',
    'kills',
    'failures',
    'what failed',
    'slowest ms',
  ];
  const rows = results.map((result) => [
    result.target,
    String(result.connections),
    String(result.requests),
    String(result.kills),
    String(result.failures),
    reasons(result.failuresByReason),
    result.slowestMs.toFixed(0),
  ]);
  return table(head, rows);
}

export function drainReport(results: readonly DrainResult[]): string {
  const head = [
    'server',
    'clients',
    'answers',
    'after TERM',
    'failures',
    'what failed',
    'exit',
    'took ms',
  ];
  const rows = results.map((result) => [
    result.target,
    String(result.connections),
    String(result.answers),
    String(result.answersAfterTerm),
    String(result.failures),
    reasons(result.failuresByReason),
    String(result.signal ?? result.exitCode),
    result.tookMs.toFixed(0),
  ]);
  return table(head, rows);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

function figureRow({ target, connections, medians }: Figures): string[] {
  return [
    target,
    String(connections),
    medians.requestsPerSecond.toFixed(0),
    medians.p50Ms.toFixed(2),
    medians.p99Ms.toFixed(2),
    String(medians.errors),
    medians.cpuMicros.toFixed(1),
    `${medians.masterMicros.toFixed(1)} + ${medians.workersMicros.toFixed(1)}`,
  ];
}

function ratioRow(ours: Figures, other: Figures): string[] {
  const of = (key: 'requestsPerSecond' | 'p50Ms' | 'p99Ms' | 'cpuMicros') =>
    `**${ratio(ours.medians[key], other.medians[key]).toFixed(2)}**`;
  return [
    '**ratio**',
    String(ours.connections),
    of('requestsPerSecond'),
    of('p50Ms'),
    of('p99Ms'),
    '',
    of('cpuMicros'),
    '',
  ];
}

function memoryReport(memory: readonly Memory[]): string {
  const rows = memory.map(({ target, processes, pssBytes, masterPssBytes }) => [
    target,
    String(processes),
    mebibytes(pssBytes),
    mebibytes(masterPssBytes),
    mebibytes(ratio(pssBytes - masterPssBytes, processes - 1)),
  ]);
  return table(['server', 'processes', 'PSS MiB', 'master', 'each worker'], rows);
}

function reasons(byReason: Readonly<Record<string, number>>): string {
  return Object.entries(byReason)
    .map(([reason, count]) => `${count} × ${reason}`)
    .join(', ');
}

function mebibytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(1);
}
