/** What `forkcast.json` says of a model's tensors, laid over what the model says. Pure. */
import { didYouMean } from '../../config/closest-name.js';
import type { RuntimeName } from '../runtime-name.js';
import type { TensorOverride, TensorOverrides } from '../settings/tensor-forms.js';
import type { TensorSpec } from '../tensor/signature.js';

export type Renamed = { readonly own: string; readonly served: string };

export type MappedSpecs = {
  readonly specs: readonly TensorSpec[];
  /** One of each spec, in their order. */
  readonly names: readonly Renamed[];
  readonly faults: readonly string[];
};

/** Whose tensors they are, for faults and for what can be promised of them. */
export type Owner = { readonly side: 'inputs' | 'outputs'; readonly runtime: RuntimeName };

const FLOATS: readonly string[] = ['float16', 'bfloat16', 'float32', 'float64'];

/** @param own what the model says of its inputs, or of its outputs */
export function mapSpecs(
  own: readonly TensorSpec[],
  overrides: TensorOverrides,
  owner: Owner,
): MappedSpecs {
  const faults: string[] = [];
  const entries = Object.entries(overrides).map(([served, override]) => {
    return { served, own: override.from ?? served, override, at: `${owner.side}.${served}` };
  });
  const ownNames = own.map(({ name }) => name);
  for (const { own: name, at } of entries) {
    if (ownNames.includes(name)) continue;
    const hint = didYouMean(name, ownNames);
    const known = ownNames.map((one) => JSON.stringify(one)).join(', ');
    faults.push(`${at}: the model has no ${JSON.stringify(name)}, only ${known}${hint}`);
  }
  const specs = own.map((spec): TensorSpec => {
    const [entry, second] = entries.filter(({ own: name }) => name === spec.name);
    if (second !== undefined) {
      faults.push(`${second.at}: ${JSON.stringify(spec.name)} has another name already.`);
    }
    return entry === undefined ? spec : overridden(spec, entry, owner, faults);
  });
  const names = own.map(({ name }, index) => ({ own: name, served: specs[index]?.name ?? name }));
  const served = names.map((one) => one.served);
  for (const name of new Set(served.filter((one, index) => served.indexOf(one) !== index))) {
    faults.push(`${owner.side}.${name}: two ${owner.side} cannot both have this name.`);
  }
  return { specs, names, faults };
}

function overridden(
  spec: TensorSpec,
  { served, override, at }: { served: string; override: TensorOverride; at: string },
  owner: Owner,
  faults: string[],
): TensorSpec {
  const { from: _from, isOptional, takesMissing, ...rest } = override;
  const { isOptional: wasOptional, takesMissing: tookMissing, hasAnyShape, ...own } = spec;
  const faultsOfIt = [
    dtypeFault(spec, override),
    shapeFault(spec, override),
    missingFault(spec, override),
    optionalFault(spec, override, owner),
    labelsFault({ ...own, ...rest }, override),
  ];
  faults.push(...faultsOfIt.flatMap((fault) => (fault === undefined ? [] : `${at}.${fault}`)));
  return {
    ...own,
    ...rest,
    name: served,
    ...(hasAnyShape && rest.shape === undefined ? { hasAnyShape } : {}),
    ...((isOptional ?? wasOptional) ? { isOptional: true } : {}),
    ...((takesMissing ?? tookMissing) ? { takesMissing: true } : {}),
  };
}

function dtypeFault({ dtype }: TensorSpec, override: TensorOverride): string | undefined {
  if (override.dtype === undefined || override.dtype === dtype) return undefined;
  return `dtype: the model's own is ${dtype}, got ${override.dtype}.`;
}

/** A free size may be fixed; one that the model fixes stays. */
function shapeFault(
  { shape, hasAnyShape }: TensorSpec,
  override: TensorOverride,
): string | undefined {
  if (override.shape === undefined || hasAnyShape) return undefined;
  const fits =
    override.shape.length === shape.length &&
    override.shape.every((size, axis) => shape[axis] === -1 || shape[axis] === size);
  if (fits) return undefined;
  return `shape: the model's own is [${shape.join(', ')}], got [${override.shape.join(', ')}].`;
}

function missingFault({ dtype }: TensorSpec, { takesMissing }: TensorOverride): string | undefined {
  if (takesMissing !== true || FLOATS.includes(dtype)) return undefined;
  return `takesMissing: a missing number is NaN, which ${dtype} does not have.`;
}

function optionalFault(
  spec: TensorSpec,
  { isOptional }: TensorOverride,
  { runtime }: Owner,
): string | undefined {
  if (isOptional !== true || spec.isOptional === true || runtime === 'module') return undefined;
  return 'isOptional: the model needs it.';
}

/** Of scores, each column has a label; a class index may have any number of classes. */
function labelsFault({ dtype, shape }: TensorSpec, { labels }: TensorOverride): string | undefined {
  const columns = shape.at(-1) ?? -1;
  if (labels === undefined || shape.length < 2 || columns === -1 || !FLOATS.includes(dtype)) {
    return undefined;
  }
  if (labels.length === columns) return undefined;
  return `labels: expected ${columns}, one for each column, got ${labels.length}.`;
}
