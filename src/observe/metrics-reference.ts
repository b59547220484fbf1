import {
  BUCKETS,
  METRICS,
  type MetricRow,
  QUEUE_BOUNDS,
  RESTART_REASONS,
  ROLLOUT_OUTCOMES,
  WORKER_STATES,
} from './metric-table.js';

/** docs/metrics.md, made from the table of metrics. */
export function metricsReference(): string {
  const rows: MetricRow[] = Object.values(METRICS);
  return `${[INTRODUCTION, metricTable(rows), labelValues(), bucketTable(rows), QUERIES, ALERTS, STATUS].join('\n\n')}\n`;
}

const INTRODUCTION = `# Metrics

<!-- Generated from src/observe/metric-table.ts by \`npm run docs\`; edit that file. -->

\`GET /metrics\` on the admin port (\`--admin-bind\`), and on \`--metrics-bind\` where one is set, answers in the Prometheus text format.
The master answers it from what it knows, so a scrape is quick while all workers compute.
Everything is counted in the master: no counter falls when a worker dies, is killed or is replaced.

## Every metric`;

function metricTable(rows: readonly MetricRow[]): string {
  const lines = rows.map(
    ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${codes(labels)} | ${help} |`,
  );
  return ['| Metric | Type | Labels | Meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

function labelValues(): string {
  const reasons = meanings(RESTART_REASONS);
  const outcomes = meanings(ROLLOUT_OUTCOMES);
  return `The master's own process is in the usual \`process_*\` and \`nodejs_*\` metrics of prom-client.

## Labels

- \`model\`, \`route\`: a model and a route that exist, also of requests that are refused or whose client leaves; everything else is \`other\`, so no client can add series.
- \`status\`: the HTTP status. Every refusal is counted in \`${METRICS.requests.name}\` by its status; [errors](errors.md) says which code has which.
- \`worker\`: the number of the slot. It stays the same when the worker in it is replaced.
- \`state\`: ${codes(WORKER_STATES)}.
- \`reason\`:
${reasons}
- \`bound\`:
${meanings(QUEUE_BOUNDS)}
- \`held\`: \`body\`, \`answer\`.
- \`outcome\`:
${outcomes}

The process figures of workers arrive every few seconds; the CPU time a killed worker used after its last figures is not counted.`;
}

function meanings(table: Readonly<Record<string, string>>): string {
  return Object.entries(table)
    .map(([value, meaning]) => `  - \`${value}\`: ${meaning}`)
    .join('\n');
}

function bucketTable(rows: readonly MetricRow[]): string {
  const lines = Object.entries(BUCKETS).map(([kind, bounds]) => {
    const names = rows.filter(({ buckets }) => buckets === kind).map(({ name }) => name);
    return `| ${codes(names)} | ${bounds.join(', ')} |`;
  });
  return ['## Buckets', '', '| Histogram | Upper bounds |', '| --- | --- |', ...lines].join('\n');
}

function codes(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

const QUERIES = `## Useful queries

Requests per second, by model:

\`\`\`promql
sum by (model) (rate(${METRICS.requests.name}[5m]))
\`\`\`

Share of requests that failed on our side:

\`\`\`promql
sum(rate(${METRICS.requests.name}{status=~"5.."}[5m])) / sum(rate(${METRICS.requests.name}[5m]))
\`\`\`

99th percentile of the whole time, of the wait and of the run. A long wait and a short run ask for more workers; a long run asks for a faster model:

\`\`\`promql
histogram_quantile(0.99, sum by (le, model) (rate(${METRICS.requestDuration.name}_bucket[5m])))
histogram_quantile(0.99, sum by (le, model) (rate(${METRICS.queueWait.name}_bucket[5m])))
histogram_quantile(0.99, sum by (le, model) (rate(${METRICS.run.name}_bucket[5m])))
\`\`\`

Share of the workers that are busy:

\`\`\`promql
${METRICS.workersBusy.name} / ignoring(state) ${METRICS.workers.name}{state="ready"}
\`\`\`

CPU seconds per request of all workers:

\`\`\`promql
sum(rate(${METRICS.workerCpuUser.name}[5m]) + rate(${METRICS.workerCpuSystem.name}[5m])) / sum(rate(${METRICS.requests.name}[5m]))
\`\`\``;

const ALERTS = `## Alerts to start from

\`\`\`yaml
groups:
  - name: forkcast
    rules:
      - alert: ForkcastNoWorkerReady
        expr: ${METRICS.workers.name}{state="ready"} == 0 and ignoring(state) ${METRICS.workersWanted.name} > 0
        for: 1m
      - alert: ForkcastSlotInBackoff
        expr: ${METRICS.workers.name}{state="backoff"} > 0
        for: 5m
      - alert: ForkcastWorkersCrash
        expr: sum(increase(${METRICS.workerRestarts.name}{reason=~"crashed|killed|out_of_memory"}[15m])) > 3
      - alert: ForkcastSheds
        expr: sum(rate(${METRICS.requests.name}{status="503"}[5m])) > 0
        for: 5m
      - alert: ForkcastQueueIsOld
        expr: ${METRICS.queueOldestWait.name} > 5
        for: 1m
\`\`\``;

const STATUS = `## Status

\`GET /status\`, on the admin port alone, is the same for people and scripts: JSON of this moment.

| Field | Meaning |
| --- | --- |
| \`version\`, \`pid\`, \`uptimeSeconds\` | of the master |
| \`state\` | \`serving\`, \`drain delay\`, \`draining\` or \`stopping\` |
| \`connections\` | open client connections on the main port |
| \`queue\` | \`depth\` of \`limit\` requests wait; \`bytes\` of \`bytesLimit\` are in use; the first one waits for \`oldestWaitMs\` |
| \`inFlight\` | requests dispatched and not yet answered |
| \`workersWanted\` | how many workers there are to be |
| \`generation\` | number of the generation that serves; each rollout that is tried takes the next |
| \`rollout\` | \`null\`, or the \`generation\` that workers are moved to, its \`state\` (\`moving\` or \`rolling back\`) and how many workers were \`replaced\` so far |
| \`models\` | each version of each model: \`name\`, \`version\`, \`runtime\`, whether it is the \`default\` one, its \`state\` and, where there is one, the \`reason\`; of an ONNX model its \`weights\`: the \`form\` (\`shared\` or \`private\`), \`bytes\` and, where they were to be shared and are not, the \`reason\` |
| \`workers\` | one entry for each worker, and one for each slot in \`backoff\` with its \`failures\` and \`nextTryMs\` from now |

A worker has \`slot\`, \`pid\`, \`state\`, the \`generation\` it was forked for (one that changed nothing for it did not replace it), \`ageSeconds\` since its fork, \`rssBytes\` (\`null\` until its first figures), requests \`served\` and \`inFlight\`, \`busySinceMs\` (for how long it has been running what it runs; \`null\` when idle) and \`models\`.`;
