/** The part of the settings table that says whom the server runs as, and how the system runs it. */

export const PROCESS_SETTINGS = {
  user: {
    kind: 'text',
    group: 'process',
    expected: 'the name or the number of a user',
    doc: 'Whom the server runs as once its places are open; only root can become somebody else.',
  },
  group: {
    kind: 'text',
    group: 'process',
    expected: 'the name or the number of a group',
    doc: 'The group it runs in; that of the user unless told.',
  },
  umask: {
    kind: 'mode',
    group: 'process',
    default: 'off',
    doc: 'The permissions that files it makes do not get; off leaves what it was started with.',
  },
  workerSchedulingPolicy: {
    kind: 'choice',
    group: 'process',
    choices: ['batch', 'other'],
    default: 'batch',
    doc: "Linux's scheduling policy of workers. With batch a worker that wakes waits until who runs on its CPU pauses, and then finds more work at once, which saves up to a sixth of the CPU time; other lets it interrupt. It is set by chrt of util-linux; where that is missing it is other.",
  },
  chdir: {
    kind: 'path',
    group: 'process',
    doc: 'The folder that master and workers work in, where relative paths of modules start; those of settings start where the server was started.',
  },
  env: {
    kind: 'text',
    isList: true,
    hasCommas: true,
    group: 'process',
    expected: 'KEY=VALUE',
    placeholder: 'KEY=VALUE',
    doc: 'Variables of the environment of master and workers, set before a model or hook is loaded; --print-config shows them, so they are no place for secrets.',
  },
  procName: {
    kind: 'text',
    group: 'process',
    doc: 'A name for ps and top: master and workers are shown as forkcast: master [NAME] and forkcast: worker 0 [NAME] instead of their arguments, cut to the length of those.',
  },
} as const;
