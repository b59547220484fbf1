/** What `top` shows of two looks at a server, as lines of text: pure, so that a test can see it. */
import { age, type Status, size } from '../status.js';
import { textTable } from '../text-table.js';
import { type Labels, type Samples, sumOf } from './exposition.js';
import { bucketsBetween, quantile } from './latency.js';
import type { Look } from './look.js';

const REQUESTS = 'forkcast_requests_total';
const DURATION = 'forkcast_request_duration_seconds';
const MODEL_HEADING = ['MODEL', 'REQUESTS/S', 'ERRORS/S', 'P50', 'P99'];
const WORKER_HEADING = [
  ...['SLOT', 'PID', 'STATE', 'AGE', 'MEMORY', 'SERVED', 'SERVED/S', 'IN FLIGHT', 'BUSY'],
];
const MS_PER_SECOND = 1000;
const isAll = (): boolean => true;

/** Without an earlier look there are no rates yet. */
export function picture(now: Look, before: Look | undefined): string[] {
  const { status } = now;
  return [
    `forkcast ${status.version}, pid ${status.pid}, ${status.state} for ${age(status.uptimeSeconds)}, connections ${status.connections}`,
    `queue ${status.queue.depth} of ${status.queue.limit}, oldest ${millis(status.queue.oldestWaitMs)}, ${size(status.queue.bytes)} of ${size(status.queue.bytesLimit)}; in flight ${status.inFlight}`,
    rates(now, before),
    '',
    ...textTable([MODEL_HEADING, ...modelRows(now, before)]).split('\n'),
    '',
    ...textTable([WORKER_HEADING, ...workerRows(now, before)]).split('\n'),
  ];
}

/** Cut to the terminal; the last line says how to leave. */
export function fitted(
  lines: readonly string[],
  { columns, rows }: { readonly columns: number; readonly rows: number },
): string[] {
  const room = Math.max(0, rows - 1);
  const shown = lines.length > room ? [...lines.slice(0, Math.max(0, room - 1)), '…'] : lines;
  return [...shown.slice(0, room), 'q: quit'].map((line) => line.slice(0, columns));
}

function rates(now: Look, before: Look | undefined): string {
  const [requests, errors] = perSecond(now, before, isAll);
  const [p50, p99] = latencies(now, before, isAll);
  return `requests ${requests}/s, errors ${errors}/s; latency p50 ${p50}, p99 ${p99}`;
}

function modelRows(now: Look, before: Look | undefined): string[][] {
  const names = new Set((now.samples.get(REQUESTS) ?? []).map(({ labels }) => labels.model ?? ''));
  return [...names].sort().map((name) => {
    const isWanted = ({ model }: Labels): boolean => model === name;
    return [name, ...perSecond(now, before, isWanted), ...latencies(now, before, isWanted)];
  });
}

function perSecond(
  now: Look,
  before: Look | undefined,
  isWanted: (labels: Labels) => boolean,
): [requests: string, errors: string] {
  if (before === undefined) return ['-', '-'];
  const isError = (labels: Labels): boolean => isWanted(labels) && Number(labels.status) >= 400;
  const rate = (matches: (labels: Labels) => boolean): string => {
    const grown = sumOf(now.samples, REQUESTS, matches) - sumOf(before.samples, REQUESTS, matches);
    return rateText(grown, now.atMs - before.atMs);
  };
  return [rate(isWanted), rate(isError)];
}

function latencies(
  now: Look,
  before: Look | undefined,
  isWanted: (labels: Labels) => boolean,
): [p50: string, p99: string] {
  const earlier: Samples = before?.samples ?? now.samples;
  const buckets = bucketsBetween(earlier, now.samples, DURATION, isWanted);
  const text = (share: number): string => {
    const seconds = quantile(buckets, share);
    return seconds === undefined ? '-' : millis(seconds * MS_PER_SECOND);
  };
  return [text(0.5), text(0.99)];
}

type Worker = Status['workers'][number];

function workerRows(now: Look, before: Look | undefined): string[][] {
  const earlier = new Map(before?.status.workers.map((worker) => [worker.pid, worker.served ?? 0]));
  return now.status.workers.map((worker) =>
    worker.pid === undefined
      ? [String(worker.slot), '-', `${worker.state}, next try in ${millis(worker.nextTryMs ?? 0)}`]
      : workerRow(worker, before && served(worker, earlier, now.atMs - before.atMs)),
  );
}

/** A worker that was not there before has served all of it since. */
function served(
  { pid, served = 0 }: Worker,
  earlier: ReadonlyMap<number | undefined, number>,
  spanMs: number,
): string {
  return rateText(served - (earlier.get(pid) ?? 0), spanMs);
}

function workerRow(worker: Worker, rate: string | undefined): string[] {
  return [
    String(worker.slot),
    String(worker.pid),
    worker.state,
    age(worker.ageSeconds ?? 0),
    typeof worker.rssBytes === 'number' ? size(worker.rssBytes) : '-',
    String(worker.served ?? 0),
    rate ?? '-',
    String(worker.inFlight ?? 0),
    typeof worker.busySinceMs === 'number' ? millis(worker.busySinceMs) : '-',
  ];
}

/** A counter that has fallen belongs to another server: nothing is known yet. */
function rateText(grown: number, spanMs: number): string {
  if (spanMs <= 0 || grown < 0) return '-';
  const rate = (grown / spanMs) * MS_PER_SECOND;
  return rate >= 100 || Number.isInteger(rate) ? rate.toFixed(0) : rate.toFixed(1);
}

function millis(ms: number): string {
  if (ms >= 10 * MS_PER_SECOND) return `${(ms / MS_PER_SECOND).toFixed(1)} s`;
  if (ms >= 100 || Number.isInteger(ms)) return `${ms.toFixed(0)} ms`;
  return `${ms.toFixed(ms >= 1 ? 1 : 2)} ms`;
}
