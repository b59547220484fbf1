import { checkAnswers } from '../answers.js';
import { readRows, readSamples } from '../digits.js';
import { type Ask, jsonAsk } from '../load/ask.js';
import type { ModelName } from '../options.js';
import { startBaseline } from '../servers/baseline.js';
import { startForkcast } from '../servers/forkcast.js';
import type { Point, Stretch } from './sweep.js';

/** Ours and the baseline with a model of the digits. */
export function digitsStretch(
  model: ModelName,
  workers: number,
  points: readonly Point[],
): Stretch {
  return {
    starts: [
      () => startForkcast({ serves: `models/${model}`, workers }),
      () => startBaseline({ serves: `models/${model}/model.onnx`, workers }),
    ],
    points,
    check: (server) => checkAnswers(server, readSamples(model, 50)),
  };
}

/** Requests of so many rows each. */
export function digitsAsks(rowsEach: number): Ask[] {
  const rows = readRows();
  const requests = rowsEach > 100 ? 1 : 8;
  return Array.from({ length: requests }, (_, request) => {
    const instances = Array.from(
      { length: rowsEach },
      (_row, at) => rows[(request * rowsEach + at) % rows.length],
    );
    return jsonAsk('/predict', JSON.stringify({ instances }));
  });
}
