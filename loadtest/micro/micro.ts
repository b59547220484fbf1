/**
 * `npm run loadtest -- micro`: what a request costs a worker, and nothing else. The worker's app
 * runs in this process behind a stream that is no socket, so there is no front, no queue and no
 * system call in the figures; `node --cpu-prof build/loadtest/main.js micro` shows where they come from.
 */
import { fileURLToPath } from 'node:url';
import { RequestLines } from '../../src/link/frames/request-lines.js';
import { MasterEnd } from '../../src/link/master-end.js';
import { WorkerEnd } from '../../src/link/worker-end.js';
import { loadModel } from '../../src/model/load-model.js';
import type { Model } from '../../src/model/model.js';
import { findModels } from '../../src/model/repository/repository.js';
import { buildApp } from '../../src/worker/app.js';
import { withNaturalBatches } from '../../src/worker/inference/natural-batch.js';
import type { WorkerLog } from '../../src/worker/worker-log.js';
import { readSamples } from '../digits.js';
import type { ModelName } from '../options.js';
import { ROOT } from '../paths.js';
import { FakeLink, Tape } from './fake-link.js';
import type { MicroOptions } from './options.js';

/** Different ones in turn, so that no cache of any kind makes it cheap. */
const READS = 16;
const WARM_UP_MS = 1000;
const SLICE_MS = 500;
const SILENT: WorkerLog = { info() {}, warn() {}, error() {}, fatal() {} };
const CLIENT = { address: '127.0.0.1', port: 50_000, isHttp10: false, isEncrypted: false };
const HEADERS = ['Host', '127.0.0.1:8000', 'Content-Type', 'application/json'];

/** A Markdown table: CPU microseconds per request. */
export async function micro({ model, batches, rows, seconds }: MicroOptions): Promise<string> {
  const link = new FakeLink();
  await serve(model, link);
  const requests = new Requests(model, rows);
  const lines = ['| requests a read | median µs/request | least |', '|---|---|---|'];
  for (const batch of batches) {
    const reads: Buffer[] = [];
    for (let at = 0; at < READS; at++) reads.push(await requests.read(batch));
    await spin(link, reads, batch, WARM_UP_MS);
    const costs: number[] = [];
    for (let ms = 0; ms < seconds * 1000; ms += SLICE_MS) {
      costs.push(await spin(link, reads, batch, SLICE_MS));
    }
    costs.sort((a, b) => a - b);
    const [least = 0, median = 0] = [costs[0], costs[costs.length >> 1]];
    lines.push(`| ${batch} | ${median.toFixed(1)} | ${least.toFixed(1)} |`);
  }
  if (link.failures > 0) throw new Error(`${link.failures} of ${link.replies} requests failed`);
  return lines.join('\n');
}

/** As a worker does it, from the loading of its model on. */
async function serve(name: ModelName, link: FakeLink): Promise<void> {
  const models: Model[] = [];
  for (const plan of findModels(fileURLToPath(new URL(`models/${name}`, ROOT)))) {
    const loaded = await loadModel(plan, { threads: 1, logger: SILENT, loaded: models });
    models.push(...loaded.map(withNaturalBatches));
  }
  const end = new WorkerEnd(link);
  const { serverFactory } = end;
  await buildApp({ models, log: SILENT, maxBodyBytes: 2 ** 25, serverFactory }).ready();
  end.start();
}

/** What a master would write to its worker. */
class Requests {
  readonly #tape = new Tape();
  readonly #master: MasterEnd;
  readonly #lines = new RequestLines('POST', '/predict', HEADERS);
  readonly #bodies: readonly Buffer[];
  #id = 0;

  constructor(model: ModelName, rows: number) {
    const samples = readSamples(model, 50).map(({ body }) => JSON.parse(body).instances[0]);
    this.#bodies = samples.map((_, at) => {
      const instances = Array.from({ length: rows }, (_row, row) => {
        return samples[(at + row) % samples.length];
      });
      return Buffer.from(JSON.stringify({ instances }));
    });
    const ignore = (): void => {};
    this.#master = new MasterEnd(this.#tape, {
      ...{ reply: ignore, replyHead: ignore, replyChunk: ignore, replyEnd: ignore },
      ...{ replyAborted: ignore, ended: ignore },
    });
  }

  async read(requests: number): Promise<Buffer> {
    for (let at = 0; at < requests; at++) {
      const id = this.#id++;
      const body = this.#bodies[id % this.#bodies.length] ?? Buffer.alloc(0);
      const own = { requestId: `micro-${id}`, body: [body], bytes: body.length, hasLength: true };
      this.#master.send(id, this.#lines, { ...own, client: CLIENT });
    }
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    return this.#tape.taken();
  }
}

/** CPU microseconds of this process for each request. */
async function spin(
  link: FakeLink,
  reads: readonly Buffer[],
  batch: number,
  ms: number,
): Promise<number> {
  const before = process.cpuUsage();
  const until = performance.now() + ms;
  let requests = 0;
  for (let at = 0; performance.now() < until; at = (at + 1) % reads.length) {
    await link.exchange(reads[at] ?? Buffer.alloc(0), batch);
    requests += batch;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}
