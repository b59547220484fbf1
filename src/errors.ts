/**
 * Every error a client or an operator can see.
 *
 * A `RequestError` ends one request: its code is one of `REQUEST_ERRORS`, its
 * status is the one listed there, its message says what was wrong, what was
 * expected and what came. A `StartError` ends the process with its exit code.
 */

/** Error code → HTTP status. Code, docs/errors.md and tests must agree. */
export const REQUEST_ERRORS = {
  BAD_REQUEST: 400,
  INVALID_INPUT: 400,
  MODEL_LOAD_FAILED: 400,
  RELOAD_FAILED: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  ROUTE_NOT_FOUND: 404,
  SLOT_NOT_FOUND: 404,
  MODEL_NOT_FOUND: 404,
  VERSION_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  HEADERS_TOO_LARGE: 431,
  CLIENT_CLOSED_REQUEST: 499,
  BOOT_FAILED: 500,
  INTERNAL_ERROR: 500,
  MODEL_ERROR: 500,
  WORKER_CRASHED: 500,
  DRAINING: 503,
  MODEL_NOT_READY: 503,
  NO_WORKERS: 503,
  QUEUE_FULL: 503,
  TOO_MANY_CONNECTIONS: 503,
  EXECUTION_TIMEOUT: 504,
  QUEUE_TIMEOUT: 504,
} as const;

// Apart from the table, since isolatedDeclarations knows no `as const satisfies`.
REQUEST_ERRORS satisfies Record<string, number>;

export type ErrorCode = keyof typeof REQUEST_ERRORS;

/** Extra reply headers of an error, such as `Retry-After` or `Allow`; names in lower case. */
export type ErrorHeaders = Readonly<Record<string, string>>;

export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: ErrorCode;
  readonly statusCode: number;
  readonly headers: ErrorHeaders;

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & { headers?: ErrorHeaders } = {},
  ) {
    super(message, options);
    this.code = code;
    this.statusCode = REQUEST_ERRORS[code];
    this.headers = options.headers ?? {};
  }
}

/** The one form of an error body; `error` is a string because v1 and v2 clients read it. */
export function errorBody(code: ErrorCode, message: string, requestId: string): string {
  return JSON.stringify({ error: message, code, requestId });
}

/** Exit codes are a protocol: docs/signals.md lists them. */
export const EXIT = {
  OK: 0,
  UNEXPECTED: 1,
  BAD_CONFIG: 2,
  BOOT_FAILED: 10,
  MODEL_LOAD_FAILED: 11,
  GAVE_UP: 12,
  ADDRESS_IN_USE: 13,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the process with `exitCode` after its message was shown, without a stack trace. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** All faults of a configuration at once, one plain sentence each. */
export class ConfigError extends StartError {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(EXIT.BAD_CONFIG, faults.join('\n'));
    this.faults = faults;
  }
}

/** What was thrown, in words: a user's code may throw anything. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
