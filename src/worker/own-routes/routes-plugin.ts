/** What `routes` of a module are: the types of `import type { RoutesPlugin } from 'forkcast'`. */
import type { FastifyInstance } from 'fastify';
import type { ModuleLogger } from '../../model/module/define-model.js';

/** One of the module's own models, as its routes see it. */
export type OwnModel = {
  /**
   * Runs it in its turn, as a request would, and with the same checks.
   *
   * @param instances rows, as in `{"instances": [...]}`
   * @returns a prediction for each, as in `{"predictions": [...]}`; of a model that streams, its pieces
   * @throws what makes the reply a 400 or 500 when a route does not catch it
   */
  predict(instances: readonly unknown[], options?: OwnRunOptions): Promise<readonly unknown[]>;
};

export type OwnRunOptions = {
  /** For the log, and for the model; `own` unless told. */
  readonly requestId?: string;
  /** A run that has not begun when it is aborted does not begin. */
  readonly signal?: AbortSignal;
};

export type RoutesOptions = {
  /** The models of the same module, by name. */
  readonly models: Readonly<Record<string, OwnModel>>;
  readonly logger: ModuleLogger;
};

/**
 * A Fastify plugin; its paths begin with `/models/NAME`, or with what the module exports as
 * `prefix`.
 */
export type RoutesPlugin = (
  app: FastifyInstance,
  options: RoutesOptions,
  done: (error?: Error) => void,
) => void | Promise<void>;
