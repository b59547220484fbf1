/** What authors of modules get to see: the built types, in a project of their own. */
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { codeBlocks } from '../fixtures/code-blocks.js';
import { ROOT } from './server.js';

const run = promisify(execFile);

/** Each wrong line says so: that it is none would be an error, too. */
const CONSUMER = `
import {
  defineModel, InvalidInputError, type InstancesModule, type LoadContext, type RoutesPlugin,
  type RunContext, type Signature, type TensorModule,
} from 'forkcast';

const signature = {
  inputs: [{ name: 'x', dtype: 'int64', shape: [-1] }, { name: 'label', dtype: 'string', shape: [-1] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [-1] }],
} as const satisfies Signature;

export default defineModel({
  signature,
  timeout: '2s',
  retry: false,
  load({ folder, threads, logger, options }: LoadContext) {
    logger.info({ folder, threads, options }, 'loaded');
  },
  predict({ x, label }, { signal, requestId }: RunContext) {
    const first: bigint | undefined = x.data[0];
    const text: string | undefined = label.data[0];
    // @ts-expect-error: int64 are bigints
    const wrong: number | undefined = x.data[0];
    if (signal.aborted) throw new InvalidInputError(requestId + text + first + wrong);
    return Float32Array.of(1);
  },
});

export const streaming: TensorModule<typeof signature> = defineModel({
  signature,
  async *predict({ x }) {
    for (const each of x.data) yield [Number(each)];
  },
});

export const rows: InstancesModule = defineModel({
  predict: async (instances) => instances.map(String),
});
export const pieces = defineModel({
  *predict(instances) {
    yield* instances;
  },
});
export const later = defineModel({ predict: async () => streaming.predict as unknown as AsyncIterable<string> });

// @ts-expect-error: a number is no array of predictions
defineModel({ predict: () => 5 });
// @ts-expect-error: no such dtype
defineModel({ signature: { inputs: [{ name: 'x', dtype: 'float', shape: [] }], outputs: [] }, predict: () => [] });
// @ts-expect-error: one argument too many
export const tooMany: RoutesPlugin = async (_app, _options, _done, _more) => {};

export const routes: RoutesPlugin = async (app, { models, logger }) => {
  app.post<{ Body: { x: number } }>('/', async ({ body }, reply) => {
    logger.info({ x: body.x });
    reply.code(202);
    return models.one?.predict([body.x], { requestId: 'a', signal: new AbortController().signal });
  });
};
export const callback: RoutesPlugin = (app, _options, done) => {
  app.get('/', () => 'x');
  done();
};
`;

it('authors’ modules, and those of the documentation, compile against the built types', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-types-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/forkcast'), 'dir');
  cpSync(join(ROOT, 'docs/examples'), join(folder, 'examples'), { recursive: true });
  const blocks = codeBlocks(readFileSync(join(ROOT, 'docs/modules.md'), 'utf8'));
  const shown = blocks.filter(({ file }) => file.endsWith('.ts'));
  expect(shown.length).toBeGreaterThan(1);
  for (const { file, code } of [...shown, { file: 'consumer.ts', code: CONSUMER }]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config()));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout, code = 0 } = await run(process.execPath, [tsc, '-p', folder]).catch(
    (error) => error,
  );
  expect({ stdout, code }).toEqual({ stdout: '', code: 0 });
});

/** As strict as an author may be, without \`skipLibCheck\`: our own types must be sound. */
function config(): object {
  return {
    compilerOptions: {
      noEmit: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      erasableSyntaxOnly: true,
      target: 'es2023',
      module: 'nodenext',
      typeRoots: [join(ROOT, 'node_modules/@types')],
      types: ['node'],
    },
    include: ['**/*.ts'],
  };
}
