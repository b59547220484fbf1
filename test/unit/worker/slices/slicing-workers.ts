/** An owner and a helper without a server: the test plays the master between them. */
import { RequestError } from '../../../../src/errors.js';
import type { SliceLink, SliceTaker } from '../../../../src/link/slices/worker-slices.js';
import type { InstancesModel, Model, TensorModel } from '../../../../src/model/model.js';
import type { Tensors } from '../../../../src/model/tensor/tensor.js';
import type { Protocol, Reply } from '../../../../src/worker/protocol.js';
import { v1 } from '../../../../src/worker/protocols/v1/exchange.js';
import { v2 } from '../../../../src/worker/protocols/v2/exchange.js';
import { SliceContext } from '../../../../src/worker/slices/slice-context.js';
import { type Asked, type Candidate, Slicer } from '../../../../src/worker/slices/slicer.js';
import { PLAIN } from '../plain-model.js';

/** A row takes a millisecond, or so the model says; one below zero makes it throw. */
function rowModel(traits: Partial<TensorModel> = {}) {
  const runs: number[] = [];
  const model: TensorModel = {
    kind: 'tensors',
    ...PLAIN,
    isRowWise: true,
    signature: {
      inputs: [{ name: 'x', dtype: 'float32', shape: [-1, 2] }],
      outputs: [
        { name: 'twice', dtype: 'float32', shape: [-1, 2] },
        { name: 'sum', dtype: 'float64', shape: [-1] },
      ],
    },
    run({ x }, _context, finish) {
      const rows = x?.shape[0] ?? 0;
      const values = [...((x?.data ?? []) as Float32Array)];
      runs.push(rows);
      setImmediate(() => {
        const bad = values.findIndex((value) => value < 0);
        const error = new RequestError('MODEL_ERROR', `row ${bad >> 1} is bad`);
        if (bad >= 0) finish(error, undefined, 1);
        else finish(undefined, outputsOf(values, rows), 1000 * rows);
      });
    },
    ...traits,
  };
  return { model, runs };
}

/** The same without a signature: a row is `[number, …]`, and the function may write into it. */
export function looseModel(traits: Partial<InstancesModel> = {}) {
  const runs: number[] = [];
  const model: InstancesModel = {
    kind: 'instances',
    ...PLAIN,
    dataParallel: true,
    run(instances, _context, finish) {
      const rows = instances as number[][];
      runs.push(rows.length);
      setImmediate(() => {
        const bad = rows.findIndex(([value = 0]) => value < 0);
        const error = new RequestError('MODEL_ERROR', `row ${bad} is bad`);
        if (bad >= 0) finish(error, undefined, 1);
        else finish(undefined, rows.map(predictionOf), 1000 * rows.length);
        for (const row of rows) row[1] = 99;
      });
    },
    ...traits,
  };
  return { model, runs };
}

function predictionOf(row: readonly number[]): object {
  return { text: `von ${Object.is(row[0], -0) ? 'minus' : row[0]}`, also: row[1], huge: row[2] };
}

function outputsOf(values: readonly number[], rows: number): Tensors {
  const sum = Float64Array.from({ length: rows }, (_, row) => (values[2 * row] ?? 0) / 3);
  const twice = Float32Array.from(values, (value) => 2 * value);
  return {
    twice: { dtype: 'float32', shape: [rows, 2], data: twice },
    sum: { dtype: 'float64', shape: [rows], data: sum },
  };
}

/** A worker's half of its link; what it sends is the test's to pass on. */
class PlayedLink implements SliceLink {
  taker: SliceTaker | undefined;
  readonly offers: string[] = [];
  readonly sent: Map<number, Buffer> = new Map();
  readonly declined: number[] = [];
  readonly replies: Map<number, Buffer> = new Map();
  onChange: () => void = () => {};

  offer(_requestId: number, model: string): void {
    this.offers.push(model);
    this.onChange();
  }

  recall(): void {
    this.offers.push('');
    this.onChange();
  }

  send(ticket: number, body: readonly Uint8Array[]): void {
    this.sent.set(ticket, Buffer.concat(body));
    this.onChange();
  }

  decline(ticket: number): void {
    this.declined.push(ticket);
  }

  reply(ticket: number, body: readonly Uint8Array[]): void {
    this.replies.set(ticket, Buffer.concat(body));
    this.onChange();
  }

  take(): boolean {
    return false;
  }
}

export type Worker = {
  readonly link: PlayedLink;
  readonly slicer: Slicer;
  readonly runs: readonly number[];
  readonly model: Model;
};

export function worker(traits: Partial<TensorModel> = {}): Worker {
  return workerWith(rowModel(traits));
}

export function workerWith({ model, runs }: Pick<Worker, 'model' | 'runs'>): Worker {
  const link = new PlayedLink();
  return { link, slicer: new Slicer(link, [model], [v1, v2]), runs, model };
}

export type Outcome = { readonly error?: string; readonly reply?: string };

/** What a body asks of a model. */
export function askedOf(model: Model, json: object | string, protocol: Protocol = v1) {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  const headers = { 'content-type': 'application/json' };
  const body = { bytes: Buffer.from(text), headers };
  const asked: Asked =
    model.kind === 'tensors'
      ? { kind: 'tensors', model, exchange: protocol.readTensors(body, model) }
      : { kind: 'instances', model, exchange: protocol.readInstances(body, model) };
  return { asked, body };
}

type RunOptions = {
  readonly protocol?: Protocol;
  readonly context?: SliceContext;
  /** On the link. */
  readonly id?: number;
};

/** Runs a body at the owner; the reply as its bytes say it. */
export function runAt(
  { slicer, model }: Worker,
  body: object | string,
  { protocol = v1, context = new SliceContext('r'), id = 1 }: RunOptions = {},
): Promise<Outcome> {
  const read = askedOf(model, body, protocol);
  const candidate: Candidate = { id, protocol, ...read, context, partContext: context };
  return new Promise((resolve) => {
    slicer.run(candidate, (error, make) => {
      resolve(
        error === undefined && make
          ? { reply: textOf(make()) }
          : { error: `${error?.code} ${error?.message}` },
      );
    });
  });
}

export function textOf(reply: Reply): string {
  return typeof reply === 'string' ? reply : reply.bytes.toString('latin1');
}

/** The master, with one idle helper: it grants whenever the owner offers, and passes on what comes. */
export function connect(owner: Worker, helper: Worker): void {
  let ticket = 0;
  const grant = (): void => {
    if (owner.link.offers.at(-1) !== 'm/1') return;
    ticket += 1;
    owner.link.taker?.granted(1, ticket);
  };
  owner.link.onChange = () =>
    setImmediate(() => {
      for (const [number, body] of owner.link.sent) {
        owner.link.sent.delete(number);
        helper.link.taker?.slice(number, body);
      }
      if (ticket === 0) grant();
    });
  helper.link.onChange = () =>
    setImmediate(() => {
      for (const [number, body] of helper.link.replies) {
        helper.link.replies.delete(number);
        owner.link.taker?.result(number, body);
        grant();
      }
    });
}
