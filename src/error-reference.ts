import { type ErrorCode, EXIT, REQUEST_ERRORS } from './errors.js';

type Explanation = { readonly when: string; readonly action: string };

const REQUEST_EXPLANATIONS: Readonly<Record<ErrorCode, Explanation>> = {
  BAD_REQUEST: {
    when: 'The request is not well-formed HTTP.',
    action: 'Look at what the client or a proxy between really sends.',
  },
  INVALID_INPUT: {
    when: 'The body is not JSON, or does not fit the signature of the model.',
    action:
      'Correct what the message names: the input, the position in it, what was expected, what came.',
  },
  MODEL_LOAD_FAILED: {
    when: 'A model could not be loaded at run time. What was served before is served on.',
    action:
      'The message and the log say why; mend the model and load it again. See [control](control.md).',
  },
  RELOAD_FAILED: {
    when: 'A reload failed for another reason than a model: the config file has faults, or a worker could not boot. Nothing is changed.',
    action: 'Mend what the message and the log name, and reload again. See [control](control.md).',
  },
  UNAUTHORIZED: {
    when: 'The server wants an API key, and the request shows none, or not in a form that is known.',
    action:
      'Send `Authorization: Bearer KEY` or `X-API-Key: KEY`, once. See [security](security.md#api-keys).',
  },
  FORBIDDEN: {
    when: 'The API key is not one of the server, or this is not allowed here: models are loaded and unloaded only where `--model-control` allows it, and never from a web page.',
    action: 'Ask for a key that is allowed; use the admin port, or set what the message names.',
  },
  ROUTE_NOT_FOUND: {
    when: 'Nothing is served at this path.',
    action: 'Correct the path; `GET /v1/models` lists the models.',
  },
  SLOT_NOT_FOUND: {
    when: 'There is no worker slot of this number.',
    action: 'Take a number from `GET /status`.',
  },
  MODEL_NOT_FOUND: {
    when: 'No model of this name is served, it was unloaded, or none is the default one.',
    action: 'Take a name from `GET /v1/models`, or set `--default-model`.',
  },
  VERSION_NOT_FOUND: {
    when: 'The model is served, but not in this version, or no version of it has this label.',
    action: 'Take a version from `GET /v1/models/NAME`.',
  },
  METHOD_NOT_ALLOWED: {
    when: 'The path exists, but not for this method.',
    action: 'Use a method of the `Allow` header.',
  },
  REQUEST_TIMEOUT: {
    when: 'The request did not arrive whole in time.',
    action:
      'Send faster, or raise `--header-timeout`, `--body-timeout` or `--read-timeout`. While memory is short, bodies that hardly go on are ended sooner; see [overload](overload.md).',
  },
  BODY_TOO_LARGE: {
    when: 'The body is larger than `--max-body`, as it was sent or without its content encoding.',
    action: 'Send fewer instances per request, or raise the limit.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    when: 'The `Content-Type` or the `Content-Encoding` is not one that the route reads.',
    action:
      'Send `application/json` (v2 also takes `application/octet-stream`, with `Inference-Header-Content-Length` where not all is JSON), as it is or in gzip or deflate.',
  },
  HEADERS_TOO_LARGE: {
    when: 'The request line or the headers are over a limit.',
    action:
      'Send less (often it is a cookie), or raise `--limit-request-line`, `--limit-request-fields` or `--limit-request-field-size`.',
  },
  CLIENT_CLOSED_REQUEST: {
    when: 'The client left before its answer; nobody sees this status but the log and the metrics.',
    action: 'If there are many, compare the timeouts of the clients with the times in the log.',
  },
  BOOT_FAILED: {
    when: 'A worker that was asked for (`ctl scale`, `ctl restart`) could not boot. The workers of before serve on.',
    action: 'The message and the log say why. See [control](control.md).',
  },
  INTERNAL_ERROR: {
    when: 'Forkcast itself failed.',
    action: 'Find the line with this `requestId` in the log and report it as a bug.',
  },
  MODEL_ERROR: {
    when: 'The model threw an error.',
    action: 'Find the line with this `requestId` in the log: it has the stack.',
  },
  WORKER_CRASHED: {
    when: 'Workers died while they ran this request, or one did and the request may not run again.',
    action: 'Do not send it again as it is; look for the deaths of the workers in the log.',
  },
  DRAINING: {
    when: 'The server is stopping and takes no more requests.',
    action: 'Send it again: another server, or the next one at this address, will answer.',
  },
  MODEL_NOT_READY: {
    when: 'The model is being loaded, or could not be loaded.',
    action: 'Send it again in a moment; where the message gives a reason, mend the model first.',
  },
  NO_WORKERS: {
    when: 'No worker that holds the model is there, and none is coming.',
    action: 'Look at the workers in `/status` and in the log.',
  },
  QUEUE_FULL: {
    when: 'As many requests, or as many bytes, as the limits allow are already waiting.',
    action:
      'Send it again after the seconds in `Retry-After`; if it lasts, add workers or raise `--queue-limit` or `--queue-bytes`.',
  },
  TOO_MANY_CONNECTIONS: {
    when: 'As many clients are connected as `--max-connections` allows.',
    action:
      'Have clients keep and share connections, or let a proxy do so; or raise the limit. Idle connections end after `--keep-alive`.',
  },
  EXECUTION_TIMEOUT: {
    when: 'The request ran longer than the execution timeout, or past the limit of its client (`x-request-timeout-ms`); the message says which. See [timeouts](timeouts.md).',
    action:
      'Send less at once, or raise the limit: `--timeout`, `timeout` in `forkcast.json`, or the header.',
  },
  QUEUE_TIMEOUT: {
    when: 'The request waited longer than the queue timeout, or past the limit of its client (`x-request-timeout-ms`); the message says which.',
    action: 'Send it again later; if it lasts, add workers or raise `--queue-timeout`.',
  },
};

const EXIT_EXPLANATIONS: Readonly<Record<keyof typeof EXIT, Explanation>> = {
  OK: { when: 'Every accepted request was answered, or a quick stop was asked for.', action: '–' },
  UNEXPECTED: {
    when: 'A fault of Forkcast, or the graceful timeout passed with requests unanswered.',
    action: 'Read the last lines of the log; raise `--graceful-timeout` if requests need longer.',
  },
  BAD_CONFIG: {
    when: 'A setting or the path of the models is wrong.',
    action: 'Correct all that was listed; `forkcast check` tells the same without serving.',
  },
  BOOT_FAILED: {
    when: 'A worker could not boot, or not within `--boot-timeout`.',
    action: 'Read the reason in the log.',
  },
  MODEL_LOAD_FAILED: {
    when: 'A model could not be loaded or warmed up.',
    action:
      'Read the reason, which names the model, in the log or in what `forkcast check` prints.',
  },
  GAVE_UP: {
    when: 'No worker was ready for as long as `--give-up-after` allows.',
    action: 'Look for what ended the workers in the log.',
  },
  ADDRESS_IN_USE: {
    when: 'Another process listens on an address.',
    action: 'Stop it, or choose another `--bind` or `--admin-bind`.',
  },
};

/** docs/errors.md, made from the catalogue of errors. */
export function errorsReference(): string {
  const errors = Object.entries(REQUEST_EXPLANATIONS).map(
    ([code, { when, action }]) =>
      `| ${REQUEST_ERRORS[code as ErrorCode]} | \`${code}\` | ${when} | ${action} |`,
  );
  const exits = Object.entries(EXIT_EXPLANATIONS).map(
    ([name, { when, action }]) => `| ${EXIT[name as keyof typeof EXIT]} | ${when} | ${action} |`,
  );
  return [INTRODUCTION, ERROR_HEAD, ...errors, EXITS, ...exits, ''].join('\n');
}

const INTRODUCTION = `# Errors

<!-- Generated from src/errors.ts and src/error-reference.ts by \`npm run docs\`; edit those files. -->

Every error answer has the type \`application/json\` and this form:

\`\`\`json
{"error": "what is wrong and what was expected", "code": "INVALID_INPUT", "requestId": "…"}
\`\`\`

Decide by \`code\`: it stays as it is between versions; the text of \`error\` is for people and may change.
\`requestId\` is the \`x-request-id\` of the request, and is in every log line about it.

## Codes
`;

const ERROR_HEAD = '| Status | Code | When | What to do |\n| --- | --- | --- | --- |';

const EXITS = `
## Exit codes

| Exit code | When | What to do |
| --- | --- | --- |`;
