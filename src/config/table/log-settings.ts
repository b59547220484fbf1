/** The part of the settings table that says what is written down, where and how, and what is told of events. */

export const LOG_SETTINGS = {
  logLevel: {
    kind: 'choice',
    group: 'log',
    live: 'master',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
    doc: 'The least serious log lines that are written.',
  },
  logFormat: {
    kind: 'choice',
    group: 'log',
    choices: ['auto', 'json', 'pretty'],
    default: 'auto',
    doc: 'The form of log lines; auto is pretty on a terminal, else JSON.',
  },
  accessLog: {
    kind: 'flag',
    group: 'log',
    default: true,
    doc: 'Whether each request is logged when it is done.',
  },
  logFile: {
    kind: 'path',
    group: 'log',
    isOutput: true,
    default: '-',
    doc: 'Where log lines go; SIGUSR1 opens the file anew, so that it may be rotated.',
  },
  captureOutput: {
    kind: 'flag',
    group: 'log',
    default: false,
    doc: 'Whether what workers print, native code included, goes where the log goes, standard error too.',
  },
  accessLogFile: {
    kind: 'path',
    group: 'log',
    isOutput: true,
    doc: 'Where the lines of requests go; unless set, where the others go.',
  },
  accessLogFormat: {
    kind: 'text',
    group: 'log',
    placeholder: 'FORMAT',
    doc: 'The form of the lines of requests, with the atoms of gunicorn, as in "%(h)s %(r)s %(s)s"; without one they are JSON.',
  },
  hooks: {
    kind: 'path',
    group: 'log',
    live: 'master',
    doc: 'A JavaScript file of functions that are called when the server starts, is ready, reloads or ends, and when a worker ends.',
  },
} as const;
