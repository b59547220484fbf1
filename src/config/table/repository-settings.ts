/** The part of the settings table that says which models are served, and when they change. */

export const REPOSITORY_SETTINGS = {
  path: {
    kind: 'path',
    group: 'models',
    isPositional: true,
    doc: 'What to serve: a model file, a folder with one model, or a folder of such folders.',
  },
  defaultModel: {
    kind: 'text',
    group: 'models',
    live: 'workers',
    doc: 'The model that answers POST /predict; a single model needs no name.',
  },
  onBrokenModel: {
    kind: 'choice',
    group: 'models',
    live: 'master',
    choices: ['exit', 'skip'],
    default: 'exit',
    doc: 'What a model that cannot be loaded at the start means: exit with its reason, or serve the others.',
  },
  modelControl: {
    kind: 'choice',
    group: 'models',
    live: 'master',
    choices: ['auto', 'main', 'admin', 'off'],
    default: 'auto',
    doc: 'Where models may be loaded and unloaded: on the main port and the admin port, on the admin port alone, or nowhere; auto is main while the main port is on loopback, else admin.',
  },
  weights: {
    kind: 'choice',
    group: 'models',
    live: 'workers',
    choices: ['auto', 'shared', 'private'],
    default: 'auto',
    doc: 'Whether workers share the memory of the weights of ONNX models, or each has its own, which makes batches faster; auto shares when the copies would take more than a quarter of the memory.',
  },
  cacheDir: {
    kind: 'path',
    group: 'models',
    live: 'workers',
    doc: 'Where a folder with the files of shared weights may be made; without it in $XDG_CACHE_HOME, ~/.cache or the folder for temporary files, the first that can be written.',
  },
  watch: {
    kind: 'flag',
    group: 'models',
    live: 'master',
    default: false,
    doc: 'Whether models that change, come or go in the folder are loaded and unloaded by themselves.',
  },
  watchInterval: {
    kind: 'duration',
    group: 'models',
    live: 'master',
    default: '2s',
    least: '50ms',
    doc: 'How often the folder is looked at with --watch; a change is taken once two looks see the same.',
  },
  reload: {
    kind: 'flag',
    group: 'models',
    default: false,
    doc: 'For development: reloads everything whenever the models, the config file or a file that a module imports has changed.',
  },
  reloadExtraFile: {
    kind: 'path',
    group: 'models',
    isList: true,
    doc: 'With --reload, further files to look at.',
  },
} as const;
