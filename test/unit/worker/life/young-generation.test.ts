import { describe, expect, it } from 'vitest';
import { mayGrow } from '../../../../src/worker/life/young-generation.js';

const shared = { heldWeights: { form: 'shared', bytes: 1e8 } } as const;
const own = { heldWeights: { form: 'private', bytes: 1e3 } } as const;
const module = {};

describe('the young generation', () => {
  it.each([
    { name: 'keeps its size where weights are shared', models: [shared, own], may: false },
    { name: 'grows where none are', models: [own, own], may: true },
    { name: 'grows for JavaScript beside them', models: [shared, module], may: true },
    { name: 'grows without a model', models: [], may: true },
  ])('$name', ({ models, may }) => {
    expect(mayGrow(models, '--enable-source-maps')).toBe(may);
  });

  it.each(['--max-semi-space-size=64', '--min_semi_space_size=16'])(
    'is the size that the operator says: %s',
    (flag) => {
      expect(mayGrow([shared], `--no-warnings ${flag}`)).toBe(true);
    },
  );
});
