/**
 * Which tensor of a pipeline goes where, worked out once from the signatures of its parts. Pure.
 *
 * Every value has a slot: an input of the pipeline, or an output of a step. A later output may have
 * the name of an earlier value and is meant by it from then on, but takes its slot from nobody.
 */

import { type Pipeline, type PipelineStep, stepName } from '../settings/pipeline-form.js';
import { specFault, specForBoth } from '../signature/spec-fit.js';
import type { Signature, TensorSpec } from '../tensor/signature.js';

/** A tensor by the name that a step has for it, or the pipeline, and what is expected of it. */
export type Wire = {
  readonly name: string;
  readonly slot: number;
  readonly spec: TensorSpec;
  /** Of the pipeline's own inputs: what the client sent, checked before the first step. */
  readonly isClients: boolean;
};

export type WiredStep = {
  /**
   * 'tensors': it has a signature. 'rows': it has none, and takes the rows that are there, or makes
   * rows of what the step before gave.
   */
  readonly kind: 'tensors' | 'rows';
  readonly takes: readonly Wire[];
  /** Inputs that are in the rows which the step before gave. */
  readonly fromRows: readonly TensorSpec[];
  readonly gives: readonly Wire[];
  /** Some of what it takes is what the client sent. */
  readonly takesClients: boolean;
};

export type Wiring = {
  readonly steps: readonly WiredStep[];
  /** None where the first step has no signature: it takes what clients send. */
  readonly inputs: readonly Wire[];
  /** None where the last step has no signature. */
  readonly outputs: readonly Wire[];
  /** How many values there are. */
  readonly slots: number;
};

/**
 * @param signatures one for each step; undefined where it has none
 * @throws Error with every fault, each naming its step
 */
export function wirePipeline(
  pipeline: Pipeline,
  signatures: readonly (Signature | undefined)[],
): Wiring {
  const wiring = new Wires(pipeline);
  const steps = signatures.map((signature, index) => wiring.addStep(index, signature));
  const outputs = wiring.outputs();
  const inputs = wiring.inputs();
  if (wiring.faults.length > 0) throw new Error(wiring.faults.join(' '));
  return { steps, inputs, outputs, slots: wiring.slots };
}

class Wires {
  readonly faults: string[] = [];
  slots = 0;
  readonly #pipeline: Pipeline;
  /** Every value by the name that means it now. */
  readonly #values = new Map<string, Wire>();
  /** Those of the pipeline itself; their specs become as strict as all steps that take them. */
  readonly #inputs = new Map<string, Wire>();
  /** What the step before gave: its outputs, or rows of which nothing is known. */
  #before: readonly Wire[] | 'rows' | undefined;

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
  }

  addStep(index: number, signature: Signature | undefined): WiredStep {
    const { steps } = this.#pipeline;
    const step = steps[index];
    const title = stepName(steps, index);
    if (step === undefined) throw new Error(`${title}: there is no such step`);
    return signature === undefined
      ? this.#addRowStep(step, title)
      : this.#addTensorStep(step, signature, title);
  }

  inputs(): readonly Wire[] {
    const { inputs: declared = [] } = this.#pipeline;
    for (const name of declared) {
      if (!this.#inputs.has(name)) this.faults.push(`inputs: no step takes "${name}".`);
    }
    return [...this.#inputs.values()];
  }

  outputs(): readonly Wire[] {
    const { outputs: declared } = this.#pipeline;
    const before = this.#before === 'rows' ? [] : (this.#before ?? []);
    if (declared === undefined) return before;
    if (this.#before === 'rows') {
      this.faults.push('outputs: the last step has no signature, so what it gives has no names.');
      return [];
    }
    return declared.flatMap((name) => {
      const value = this.#values.get(name);
      if (value === undefined) this.faults.push(`outputs: there is no "${name}"${this.#known()}.`);
      return value ?? [];
    });
  }

  #addRowStep(step: PipelineStep, title: string): WiredStep {
    if (step.inputs !== undefined || step.outputs !== undefined) {
      this.faults.push(`${title}: it has no signature, so its inputs and outputs have no names.`);
    }
    const takes = this.#before === 'rows' ? [] : (this.#before ?? []);
    for (const { name, spec } of takes) {
      if (hasRows(spec)) continue;
      this.faults.push(`${title}: it takes rows, but "${name}" is one value for all of them.`);
    }
    const takesClients = this.#before === undefined;
    this.#before = 'rows';
    return { kind: 'rows', takes, fromRows: [], gives: [], takesClients };
  }

  #addTensorStep(step: PipelineStep, { inputs, outputs }: Signature, title: string): WiredStep {
    this.#checkNames(step.inputs, inputs, `${title}: it has no input`);
    this.#checkNames(step.outputs, outputs, `${title}: it has no output`);
    const takes: Wire[] = [];
    const fromRows: TensorSpec[] = [];
    for (const spec of inputs) {
      const source = toldName(step.inputs, spec.name);
      if (source === undefined && this.#before === 'rows') {
        this.#checkInRows(spec, title);
        fromRows.push(spec);
      } else {
        const value = source === undefined ? this.#match(spec, inputs) : this.#named(source, spec);
        if (value !== undefined) takes.push(this.#connect(value, spec, title));
        else this.#checkOptional(spec, source, title);
      }
    }
    const takesClients = takes.some(({ isClients }) => isClients);
    return { kind: 'tensors', takes, fromRows, gives: this.#give(step, outputs), takesClients };
  }

  /** What an input means that is not named: what came right before wins over what was earlier. */
  #match(spec: TensorSpec, inputs: readonly TensorSpec[]): Wire | undefined {
    const before = this.#before === 'rows' ? [] : (this.#before ?? []);
    const like = before.find(({ name }) => name === spec.name);
    if (like !== undefined) return like;
    if (before.length === 1 && inputs.length === 1) return before[0];
    return this.#named(spec.name, spec);
  }

  #named(name: string, spec: TensorSpec): Wire | undefined {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    const { inputs: declared } = this.#pipeline;
    const isInput = declared?.includes(name) ?? this.#before === undefined;
    if (!isInput) return undefined;
    const input = { name, slot: this.slots++, spec: { ...spec, name }, isClients: true };
    this.#inputs.set(name, input);
    this.#values.set(name, input);
    return input;
  }

  #connect(value: Wire, spec: TensorSpec, title: string): Wire {
    const fault = specFault(value.spec, spec);
    if (fault !== undefined) {
      this.faults.push(`${title}: its input "${spec.name}" ${fault} from "${value.name}".`);
    } else if (value.isClients) {
      const strict = { ...value, spec: specForBoth(value.spec, spec) };
      this.#inputs.set(value.name, strict);
      if (this.#values.get(value.name)?.slot === value.slot) this.#values.set(value.name, strict);
    }
    return { ...value, name: spec.name, spec };
  }

  #give(step: PipelineStep, outputs: readonly TensorSpec[]): Wire[] {
    const gives = outputs.filter(
      ({ name }) => step.outputs === undefined || Object.hasOwn(step.outputs, name),
    );
    const given = gives.map((spec): Wire => {
      const name = toldName(step.outputs, spec.name) ?? spec.name;
      return { name, slot: this.slots++, spec: { ...spec, name }, isClients: false };
    });
    for (const value of given) this.#values.set(value.name, value);
    this.#before = given;
    return given.map((value, index) => ({ ...value, name: gives[index]?.name ?? '' }));
  }

  #checkNames(
    told: Readonly<Record<string, string>> | undefined,
    specs: readonly TensorSpec[],
    problem: string,
  ): void {
    for (const name of Object.keys(told ?? {})) {
      if (specs.some((spec) => spec.name === name)) continue;
      const known = specs.map((spec) => `"${spec.name}"`).join(', ');
      this.faults.push(`${problem} "${name}", only ${known}.`);
    }
  }

  #checkInRows(spec: TensorSpec, title: string): void {
    if (hasRows(spec)) return;
    const problem = `its input "${spec.name}" is one value for all rows`;
    this.faults.push(`${title}: ${problem}, and the step before gives rows.`);
  }

  #checkOptional(
    { name, isOptional }: TensorSpec,
    source: string | undefined,
    title: string,
  ): void {
    if (source === undefined && isOptional === true) return;
    const wanted = source === undefined ? '' : ` to come from "${source}"`;
    this.faults.push(
      `${title}: nothing is there for its input "${name}"${wanted}${this.#known()}.`,
    );
  }

  #known(): string {
    const names = [...this.#values.keys()].map((name) => `"${name}"`);
    return names.length === 0 ? '' : `; there are ${names.join(', ')}`;
  }
}

type Names = PipelineStep['inputs'];

/** Own keys only: a tensor may be called `constructor`. */
function toldName(names: Names, name: string): string | undefined {
  return names !== undefined && Object.hasOwn(names, name) ? names[name] : undefined;
}

/** A scalar has none. */
export function hasRows({ shape, hasAnyShape }: TensorSpec): boolean {
  return shape.length > 0 || hasAnyShape === true;
}
