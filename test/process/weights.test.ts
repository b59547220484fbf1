/** `--weights shared`: what processes hold of a model's weights, as the kernel counts it. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { writeOnnx } from '../http/onnx-writer.js';
import { Client } from './clients.js';
import { startServer } from './server.js';

const COLUMNS = 1024;
const WEIGHT_BYTES = 4 * COLUMNS * COLUMNS;

/** A matrix of 4 MB that answers each row with itself. */
function identityModel(): string {
  const folder = join(temporaryFolder(), 'identity');
  mkdirSync(folder);
  const data = new Float32Array(COLUMNS * COLUMNS);
  for (let at = 0; at < COLUMNS; at += 1) data[at * COLUMNS + at] = 1;
  writeOnnx(join(folder, 'model.onnx'), {
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: 'float32', shape: ['N', COLUMNS] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', COLUMNS] }],
    initializers: [{ name: 'w', type: 'float32', dims: [COLUMNS, COLUMNS], data }],
  });
  return folder;
}

type Mapping = { readonly inode: string; readonly bytes: number; readonly ownBytes: number };

/** The weights in a process, and how much of them is a copy of its own. */
function mappedWeights(pid: number): Mapping[] {
  const entries = readFileSync(`/proc/${pid}/smaps`, 'latin1').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  return entries
    .filter((entry) => (entry.split('\n')[0] ?? '').endsWith('.weights'))
    .map((entry) => ({
      inode: entry.split(/\s+/)[4] ?? '',
      bytes: kilobytes(entry, 'Size') * 1024,
      ownBytes: kilobytes(entry, 'Private_Dirty') * 1024,
    }));
}

function kilobytes(entry: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(entry)?.[1]);
}

it('maps one file in all workers, those that replace others too', async () => {
  const server = await startServer({
    path: identityModel(),
    args: ['--weights', 'shared', '--cache-dir', temporaryFolder()],
    expectedErrors: ['worker died'],
  });
  const bothReady = () =>
    server.untilStatus('two ready workers', ({ workers }) =>
      workers.every(({ state }) => state === 'ready'),
    );
  await bothReady();
  const [first = 0] = await server.workerPids();
  process.kill(first, 'SIGKILL');
  await server.line('worker died');
  await bothReady();
  const mappings = (await server.workerPids()).map(mappedWeights);
  const [[{ inode } = { inode: '' }] = []] = mappings;
  expect(inode).not.toBe('');
  const mapping = { inode, bytes: WEIGHT_BYTES, ownBytes: 0 };
  expect(mappings).toEqual([[mapping], [mapping]]);
  const row = Array.from({ length: COLUMNS }, (_, at) => at);
  const client = new Client(server.url);
  expect(JSON.parse((await client.post('/predict', { instances: [row] })).text)).toEqual({
    predictions: [row],
  });
  client.close();
  const { models } = await server.status();
  expect(models).toMatchObject([{ weights: { form: 'shared', bytes: WEIGHT_BYTES } }]);
  await server.stop();
});
