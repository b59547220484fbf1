// Loaded with --import into a server that is measured. Its first process tells whoever connects
// to the socket how late its event loop was since the last one connected, and changes nothing else.
import cluster from 'node:cluster';
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;

if (cluster.isPrimary && process.env.LOOP_DELAY_SOCKET !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  // What a timer is late by comes on top of its own time.
  const ms = (nanos) => Math.max(0, nanos / 1e6 - RESOLUTION_MS);
  const server = createServer((client) => {
    client.on('error', () => {});
    client.end(
      JSON.stringify({
        p50Ms: ms(delays.percentile(50)),
        p99Ms: ms(delays.percentile(99)),
        maxMs: ms(delays.max),
      }),
    );
    delays.reset();
  });
  server.listen(process.env.LOOP_DELAY_SOCKET);
  server.unref();
}
