/** What clients send, and how they know a right answer. */
import { faultOfAnswer, readSamples } from '../digits.js';
import { postOf } from './connection.js';

export type Ask = {
  /** The whole request, for a connection that stays and for one that ends with it. */
  readonly kept: string | Buffer;
  readonly last: string | Buffer;
  /** What is wrong with an answer of status 200; undefined when nothing is. */
  faultOf(body: string): string | undefined;
  /** Status and code of the refusal that is the right answer; absent: it is to be answered. */
  readonly refusal?: string;
};

/** What a client asks as its request number `count`. */
export type Asking = (client: number, count: number) => Ask;

export type Versions = { readonly from: number; readonly to: number };

/** Asks the subject; `extra` is what else it is to do. Right are answers of `versions()` as they are now or were when asked. */
export function askSubject(n: number, versions: () => Versions, extra: object = {}): Ask {
  const body = JSON.stringify({ instances: [{ n, ...extra }] });
  // From when it is asked: a version that was still allowed then may answer.
  const { from } = versions();
  return {
    ...requestsOf('/predict', body),
    faultOf: (text) => faultOfSubject(text, n, { from, to: versions().to }),
  };
}

function faultOfSubject(text: string, n: number, { from, to }: Versions): string | undefined {
  const got = /^\{"predictions":\[\{"n":(-?\d+),"square":(\d+),"version":(\d+),/.exec(text);
  if (got === null) return 'not the answer of the subject';
  if (Number(got[1]) !== n || Number(got[2]) !== n * n) return "another request's answer";
  const version = Number(got[3]);
  return version >= from && version <= to ? undefined : 'answer of a version that is not served';
}

const ROWS = 50;
let digits: Ask[] | undefined;

/** Asks the ONNX model; right is what scikit-learn computed. */
export function askDigits(row: number): Ask {
  digits ??= readSamples('digits-mlp', ROWS).map((sample) => ({
    ...requestsOf('/v1/models/digits-mlp:predict', sample.body),
    faultOf: (text: string) => faultOfAnswer(text, sample),
  }));
  const ask = digits[row % ROWS];
  if (ask === undefined) throw new Error('no rows of digits to ask for');
  return ask;
}

/** Every third client asks the ONNX model, the others the subject. */
export function mixed(versions: () => Versions, extra: object = {}): Asking {
  return (client, count) =>
    client % 3 === 2
      ? askDigits(client + count)
      : askSubject(client * 1000 + count, versions, extra);
}

export function requestsOf(path: string, body: string): Pick<Ask, 'kept' | 'last'> {
  return { kept: postOf(path, body), last: postOf(path, body, true) };
}
