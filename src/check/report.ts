/** What `forkcast check` prints: a block for each model, or all of it as JSON. Pure. */
import type { ModelTrial } from '../link/process/control.js';
import type { ModelDescription } from '../model/description.js';
import type { Signature, TensorSpec } from '../model/tensor/signature.js';
import type { HeldWeights } from '../model/weights.js';
import type { CheckedModel, CheckedPlan } from './check-models.js';

const MIB = 1024 * 1024;
const MOST_LABELS = 8;

const NOTE = `Each model was loaded in a worker of its own, so its runtime is part of what it took. Memory is
what the resident set grew by, from before the model was loaded until after its runs.`;

/** One block of lines for each model that the plan gives. */
export function planReport(checked: CheckedPlan): string {
  const { plan, models, fault } = checked;
  if (fault !== undefined) {
    return `${heading(plan, [plan.runtime])}\n  FAILED   ${printable(fault)}\n`;
  }
  return models.map((model) => modelReport(model, checked)).join('\n');
}

/** What holds for all of them, after the last block. */
export function summary(checked: readonly CheckedPlan[]): string {
  const failed = checked.filter(({ fault }) => fault !== undefined);
  const count = `${checked.length} ${checked.length === 1 ? 'model' : 'models'}`;
  const verdict =
    failed.length === 0
      ? `The configuration is good; ${count} loaded.`
      : `${failed.length} of ${count} failed: ${failed.map(({ plan }) => named(plan)).join(', ')}.`;
  return failed.length === checked.length ? verdict : `${NOTE}\n\n${verdict}`;
}

/** `{"models": [...]}`; who failed has `error`, and nothing that only loading tells. */
export function jsonReport(checked: readonly CheckedPlan[]): string {
  const models: unknown[] = checked.flatMap(({ plan, models: loaded, fault }): unknown[] => {
    const { name, version, runtime, file } = plan;
    if (fault !== undefined) return [{ name, version, runtime, file, error: fault }];
    return loaded.map(({ description, trial }) => {
      const { warmupMs: _warmupMs, ...told } = description;
      const { runs, refusal, memoryBytes } = trial;
      return { ...told, file, runs, refusal, memoryBytes };
    });
  });
  return JSON.stringify({ models }, null, 2);
}

function modelReport({ description, trial }: CheckedModel, { plan }: CheckedPlan): string {
  const { runtime, isDefault, labels, loadMs, heldWeights } = description;
  const notes = [
    runtime,
    ...(description.name === plan.name ? [] : [`of module "${plan.name}"`]),
    ...(isDefault ? ['default'] : []),
    ...(labels.length === 0 ? [] : [`labels ${labels.join(', ')}`]),
  ];
  const facts = [
    `load ${ms(loadMs)}`,
    ...runFacts(trial),
    `memory ${mib(trial.memoryBytes)}`,
    ...weightFacts(heldWeights),
  ];
  return [
    heading(description, notes),
    ...takenLines(description),
    `  ${facts.join('   ')}`,
    '',
  ].join('\n');
}

function heading({ name, version }: { name: string; version: string }, notes: string[]): string {
  return `${name}  version ${version}  ${notes.join('  ')}`;
}

function takenLines({ signature, routes }: ModelDescription): string[] {
  const own = routes === undefined ? [] : [`  routes   under ${routes.prefix}`];
  if (routes?.isAlone === true) return own;
  const taken =
    signature === undefined ? ['  takes    instances as they are'] : tensorLines(signature);
  return [...taken, ...own];
}

function runFacts({ runs, refusal }: ModelTrial): string[] {
  if (refusal !== undefined) return [`not run: it refused zeros (${printable(refusal)})`];
  if (runs === undefined) return ['not run: it has no example ("warmup" in forkcast.json)'];
  const { firstRunMs, secondRunMs, on } = runs;
  return [
    `first run ${ms(firstRunMs)}`,
    `second run ${ms(secondRunMs)}`,
    `on ${on === 'zeros' ? 'zeros' : 'its example'}`,
  ];
}

/** Small ones are not worth a word. */
function weightFacts(weights: HeldWeights | undefined): string[] {
  if (weights === undefined || weights.bytes < MIB) return [];
  const { form, bytes, reason } = weights;
  const why = reason === undefined ? '' : ` (${printable(reason)})`;
  return [`of it ${mib(bytes)} ${form} weights${why}`];
}

function tensorLines({ inputs, outputs }: Signature): string[] {
  const width = Math.max(...[...inputs, ...outputs].map(({ name }) => printable(name).length));
  const line =
    (side: string) =>
    (spec: TensorSpec): string =>
      `  ${side.padEnd(7)}  ${printable(spec.name).padEnd(width)}  ${tensorType(spec)}`;
  return [...inputs.map(line('input')), ...outputs.map(line('output'))];
}

function tensorType({
  dtype,
  shape,
  hasAnyShape,
  isOptional,
  takesMissing,
  labels,
}: TensorSpec): string {
  const sizes = hasAnyShape ? 'of any shape' : `[${shape.join(', ')}]`;
  const notes = [
    ...(isOptional ? ['optional'] : []),
    ...(takesMissing ? ['may be null'] : []),
    ...(labels === undefined ? [] : [labelNote(labels)]),
  ];
  return [`${dtype} ${sizes}`, ...notes].join(', ');
}

function labelNote(labels: readonly (string | number)[]): string {
  const shown = printable(labels.slice(0, MOST_LABELS).join(', '));
  return labels.length <= MOST_LABELS ? `labels ${shown}` : `${labels.length} labels ${shown}, …`;
}

function named({ name, version }: { name: string; version: string }): string {
  return `${name} version ${version}`;
}

/** Three digits, as many as a single measurement is worth. */
function ms(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return `${value.toFixed(digits)} ms`;
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

/** Names and reasons come from model files: none may move a terminal's cursor or feign a line. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
