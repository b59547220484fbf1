/** The bodies of control requests: an object of parameters, or nothing. */
import { RequestError } from '../../errors.js';

export type Body = Readonly<Record<string, unknown>>;

/** @throws RequestError INVALID_INPUT */
export function readBody(bytes: Buffer): Body {
  if (bytes.length === 0) return {};
  try {
    return objectOf(JSON.parse(bytes.toString('utf8')), 'the body');
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError('INVALID_INPUT', 'the body is not valid JSON; expected an object', {
      cause: error,
    });
  }
}

export function parametersOf({ parameters = {} }: Body): Body {
  return objectOf(parameters, 'parameters');
}

export function flagOf(body: Body, key: string, where: string): boolean | undefined {
  const value = body[key];
  if (value === undefined || typeof value === 'boolean') return value;
  throw new RequestError('INVALID_INPUT', `${where}: expected true or false, got ${given(value)}`);
}

/** As an error message tells it. */
export function given(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 40);
}

function objectOf(value: unknown, what: string): Body {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject) return value as Body;
  throw new RequestError('INVALID_INPUT', `${what}: expected an object, got ${given(value)}`);
}
