// Makes a request of ten digits for a model, and checks the answer to it:
//   node answers.mjs request MODEL | curl … | node answers.mjs check MODEL
import { readFileSync } from 'node:fs';

const ROWS = 10;
const TOLERANCE = 1e-5;

const [verb, model = ''] = process.argv.slice(2);
const fixture = new URL('../../test/fixtures/digits_test.json', import.meta.url);
const digits = JSON.parse(readFileSync(fixture, 'utf8'));

if (verb === 'request') {
  process.stdout.write(JSON.stringify({ instances: digits.inputs.slice(0, ROWS) }));
} else {
  const { predictions } = JSON.parse(readFileSync(0, 'utf8'));
  const expected = digits[model.replace('digits-', '')].slice(0, ROWS);
  const isRight = expected.every((row, at) => isClose(row, predictions[at]));
  process.exitCode = isRight && predictions.length === ROWS ? 0 : 1;
}

/** A model with several outputs answers objects of output name → value. */
function isClose(row, prediction) {
  const got = prediction.probabilities ?? prediction;
  return row.every((value, at) => Math.abs(value - got[at]) <= TOLERANCE);
}
