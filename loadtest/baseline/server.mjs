// What a Node user writes by hand to serve an ONNX model, as well as one can in
// one file: node:cluster + Fastify + onnxruntime-node, every worker with its own
// copy of the model. It is what Forkcast is measured against, so it is kept
// fast: no logging, one native thread per worker, no schema check of the body.
//
//   node server.mjs MODEL.onnx --workers 2 --port 8000     (port 0: a free one)
import cluster from 'node:cluster';
import { parseArgs } from 'node:util';
import Fastify from 'fastify';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: process.env.WORKERS ?? '2' },
    port: { type: 'string', default: process.env.PORT ?? '8000' },
  },
});
const modelFile = positionals[0] ?? process.env.MODEL;
const workers = Number(values.workers);
const port = Number(values.port);

if (cluster.isPrimary) runPrimary();
else await runWorker();

function runPrimary() {
  let listening = 0;
  let isStopping = false;
  for (let seat = 0; seat < workers; seat += 1) cluster.fork();
  cluster.on('exit', () => {
    if (isStopping) return;
    // One that dies as it starts would be forked for ever, and burn every CPU.
    if (listening < workers) process.exit(1);
    cluster.fork();
  });
  cluster.on('listening', (_worker, address) => {
    listening += 1;
    if (listening === workers) {
      console.log(JSON.stringify({ msg: 'listening', port: address.port }));
    }
  });
  process.on('SIGTERM', () => {
    isStopping = true;
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM');
  });
}

async function runWorker() {
  const session = await InferenceSession.create(modelFile, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const input = session.inputNames[0];
  const width = session.inputMetadata[0].shape[1];

  const app = Fastify({ logger: false, keepAliveTimeout: 75_000, bodyLimit: 64 * 1024 * 1024 });
  app.post('/predict', async (request, reply) => {
    const instances = request.body?.instances;
    if (!Array.isArray(instances) || instances.length === 0) {
      return reply.code(400).send({ error: 'instances must be a list of rows' });
    }
    const data = new Float32Array(instances.length * width);
    for (let row = 0; row < instances.length; row += 1) {
      const instance = instances[row];
      if (!Array.isArray(instance) || instance.length !== width) {
        return reply.code(400).send({ error: `instances[${row}] must be ${width} numbers` });
      }
      data.set(instance, row * width);
    }
    const outputs = await session.run({
      [input]: new Tensor('float32', data, [instances.length, width]),
    });
    return { predictions: toRows(session.outputNames, outputs, instances.length) };
  });

  process.on('SIGTERM', async () => {
    await app.close();
    process.exit(0);
  });
  process.on('disconnect', () => process.exit(0));
  await app.listen({ host: '127.0.0.1', port });
}

/** One output: its rows. Several: one object of output name → value per row, as TF Serving has it. */
function toRows(names, outputs, rows) {
  if (names.length === 1) return outputRows(outputs[names[0]], rows);
  const byName = names.map((name) => outputRows(outputs[name], rows));
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(names.map((name, at) => [name, byName[at][row]])),
  );
}

function outputRows(tensor, rows) {
  const { data } = tensor;
  const width = data.length / rows;
  const read = data instanceof BigInt64Array ? Number : (value) => value;
  if (tensor.dims.length === 1) return Array.from(data, read);
  const result = new Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const values = new Array(width);
    for (let at = 0; at < width; at += 1) values[at] = read(data[row * width + at]);
    result[row] = values;
  }
  return result;
}
