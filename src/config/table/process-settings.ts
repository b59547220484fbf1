/** The part of the settings table that says whom the server runs as. */

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
  procName: {
    kind: 'text',
    group: 'process',
    doc: 'A name for ps and top: master and workers are shown as forkcast: master [NAME] and forkcast: worker 0 [NAME] instead of their arguments, cut to the length of those.',
  },
} as const;
