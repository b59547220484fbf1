/** What a worker's parts need of a logger: pino's form. */
export type WorkerLog = {
  info(facts: object, message?: string): void;
  warn(facts: object, message?: string): void;
  error(facts: object, message?: string): void;
  fatal(facts: object, message?: string): void;
};
