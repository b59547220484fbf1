/** What a worker says of the run of a request. */
export type RunFigures = {
  /** Time of the run; of a batch, this request's share by rows. */
  readonly runMicros: number;
  /** Time to read the request, and to write its reply. */
  readonly inputMicros: number;
  readonly outputMicros: number;
  /** Rows that ran together, and how many of them were this request's. */
  readonly rows: number;
  readonly ownRows: number;
};

/** Only what ran teaches: a refused body took no time, and must not make the next look short. */
export function hasRun({ rows, runMicros }: RunFigures): boolean {
  return rows > 0 || runMicros > 0;
}

/** How long it kept its worker. */
export function busyMsOf({ runMicros, inputMicros, outputMicros }: RunFigures): number {
  return (runMicros + inputMicros + outputMicros) / 1000;
}
