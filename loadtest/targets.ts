/** The two servers that scenarios measure: ours and the one written by hand. */
import type { Options } from './options.js';
import { startBaseline } from './servers/baseline.js';
import { startForkcast } from './servers/forkcast.js';
import type { Running } from './servers/running.js';

export type TargetName = 'forkcast' | 'baseline';

export type Target = Running & { readonly name: TargetName };

export function chosenTargets(options: Options): TargetName[] {
  return options.target === 'both' ? ['forkcast', 'baseline'] : [options.target];
}

export async function startTarget(name: TargetName, options: Options): Promise<Target> {
  const { workers, model } = options;
  const running =
    name === 'forkcast'
      ? await startForkcast({ serves: `models/${model}`, workers })
      : await startBaseline({ serves: `models/${model}/model.onnx`, workers });
  return { ...running, name };
}
