// What a Node user writes by hand to serve a function: node:cluster + Fastify, the module's
// `predict` in every worker. JSON rows at /predict, and binary tensors in the form of the Open
// Inference Protocol, without a copy. Like server.mjs beside it, it is kept fast.
//
//   node function.mjs MODULE --workers 2 --port 8000     (port 0: a free one)
import cluster from 'node:cluster';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import Fastify from 'fastify';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: '2' },
    port: { type: 'string', default: '8000' },
  },
});
const workers = Number(values.workers);
const port = Number(values.port);
const MAX_BODY = 64 * 1024 * 1024;

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
  const module = await import(pathToFileURL(resolve(positionals[0])).href);
  const predict = module.predict ?? module.default.predict;

  const app = Fastify({ logger: false, keepAliveTimeout: 75_000, bodyLimit: MAX_BODY });
  app.post('/predict', async (request, reply) => {
    const instances = request.body?.instances;
    if (!Array.isArray(instances) || instances.length === 0) {
      return reply.code(400).send({ error: 'instances must be a list' });
    }
    return { predictions: await predict(instances) };
  });

  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  );
  app.post('/v2/models/:name/infer', async (request) => {
    const { body } = request;
    const head = Number(request.headers['inference-header-content-length']);
    const { inputs } = JSON.parse(body.toString('utf8', 0, head));
    const tensors = {};
    let at = head;
    for (const { name, shape, parameters } of inputs) {
      tensors[name] = { shape, data: floatsIn(body, at, parameters.binary_data_size) };
      at += parameters.binary_data_size;
    }
    const ends = predict(tensors);
    const data = Array.from(ends);
    const shape = [1, data.length];
    return { outputs: [{ name: 'ends', datatype: 'FP32', shape, data }] };
  });

  process.on('SIGTERM', async () => {
    await app.close();
    process.exit(0);
  });
  process.on('disconnect', () => process.exit(0));
  await app.listen({ host: '127.0.0.1', port });
}

/** Where the bytes lie as floats must, they are not copied. */
function floatsIn(body, at, bytes) {
  const offset = body.byteOffset + at;
  if (offset % 4 === 0) return new Float32Array(body.buffer, offset, bytes / 4);
  return new Float32Array(body.buffer.slice(offset, offset + bytes));
}
