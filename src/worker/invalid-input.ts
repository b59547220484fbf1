import { RequestError } from '../errors.js';

export function invalid(message: string, options?: ErrorOptions): RequestError {
  return new RequestError('INVALID_INPUT', message, options);
}
