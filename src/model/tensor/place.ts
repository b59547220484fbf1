/** Where a value stands, and the error that says so. */
import { type ErrorCode, RequestError } from '../../errors.js';

/** A tensor's place in a body or in a model's answer. */
export type Place = {
  /** `INVALID_INPUT` for what a client sent, `MODEL_ERROR` for what a model returned. */
  readonly code: ErrorCode;
  /** Such as `input "X"`. */
  readonly subject: string;
  /** Such as `instances`; indexes follow it. */
  readonly root: string;
  /** Set where each row is an object: the key that follows the row's index. */
  readonly key?: string;
  /** Set where the columns of the rows have names and may have come in another order. */
  readonly columns?: readonly string[];
};

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LONGEST_TEXT = 40;

/** `.age`, or `["odd key"]`. */
export function keyPath(key: string): string {
  return PLAIN_KEY.test(key) ? `.${key}` : `[${JSON.stringify(shortened(key))}]`;
}

/** `instances[3][7]`, or `instances[3].age[7]` where rows are objects. */
function position(place: Place, indexes: readonly number[]): string {
  const column = place.columns?.[indexes[1] ?? -1];
  if (column !== undefined) return `${place.root}[${indexes[0]}]${keyPath(column)}`;
  if (place.key === undefined) return place.root + indexes.map((index) => `[${index}]`).join('');
  const [row, ...rest] = indexes;
  const start = row === undefined ? place.root : `${place.root}[${row}]`;
  return start + keyPath(place.key) + rest.map((index) => `[${index}]`).join('');
}

export function misfit(place: Place, indexes: readonly number[], problem: string): RequestError {
  const at = position(place, indexes);
  return new RequestError(place.code, `${place.subject} at ${at}: ${problem}`);
}

/** A JSON value in a few words, to follow "got"; never longer than a line. */
export function described(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `the string ${JSON.stringify(shortened(value))}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  // JSON itself has no infinity: it is what JSON.parse makes of 1e999.
  if (value === Infinity || value === -Infinity) return 'a number beyond ±1.8e308';
  if (['number', 'bigint', 'boolean'].includes(typeof value)) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
}
