import { type ServerOptions, SimulatedServer } from './simulated-server.js';

/**
 * What `idealQueue` does, through the real dispatcher and its links: the same
 * arrivals, the same services, so that the difference is what the policy and the
 * way to the workers cost.
 */
export function dispatchedQueue(
  arrivalsMs: ArrayLike<number>,
  servicesMs: ArrayLike<number>,
  options: ServerOptions,
): Float64Array {
  const server = new SimulatedServer(options);
  const latenciesMs = new Float64Array(arrivalsMs.length);
  server.onAnswer = ({ arrival }, latencyMs) => {
    latenciesMs[arrival - 1] = latencyMs;
  };
  const submit = (n: number): void => {
    server.submit(servicesMs[n] ?? 0);
    if (n + 1 < arrivalsMs.length) server.timeline.at(arrivalsMs[n + 1] ?? 0, () => submit(n + 1));
  };
  if (arrivalsMs.length > 0) server.timeline.at(arrivalsMs[0] ?? 0, () => submit(0));
  server.timeline.run();
  return latenciesMs;
}
