/** What a process that makes load is told, and what it tells. */
import type { Ask } from './ask.js';

/** Each connection sends its next request when it has its answer. */
export type ClosedOrder = {
  readonly kind: 'autocannon' | 'sockets';
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly asks: readonly Ask[];
};

export type ClosedResult = {
  /** Right or wrong, those that were answered. */
  readonly requests: number;
  readonly seconds: number;
  /** Latency in milliseconds at each of `PERCENTS`. */
  readonly quantiles: readonly number[];
  /** Resets, timeouts and every answer that is no 2xx. */
  readonly errors: number;
};

/** Requests are sent when they are due, whatever has become of those before. */
export type OpenOrder = {
  readonly kind: 'open';
  readonly port: number;
  readonly connections: number;
  readonly arrivalsMs: readonly number[];
  readonly asks: readonly Ask[];
  /** Which of `asks` each arrival is. */
  readonly askOf: readonly number[];
  /** Whose each arrival is, where each client has a connection of its own; else any that is free. */
  readonly clientOf?: readonly number[] | undefined;
};

export type OpenResult = {
  /** For each arrival, from the time when it was due; null where there was no right answer. */
  readonly latenciesMs: readonly (number | null)[];
  /** The service time that the model measured and answered, in the same order. */
  readonly servicesMs: readonly (number | null)[];
  /** How late the generator itself was, without those that waited for a connection. */
  readonly lateMs: readonly number[];
  /** Requests that were due while the connection they could go over was busy, or all of them were. */
  readonly waited: number;
  readonly errors: number;
};

export type Order = ClosedOrder | OpenOrder;
