/**
 * Whether the layers of a model can all be connected. TensorFlow.js tries for ever where one cannot:
 * a damaged file would keep a worker from booting without a word.
 */
import { isObject, type JsonObject } from '../../config/json-object.js';

/** Where one input of a call comes from: the call of that number of a layer. */
type Source = { readonly layer: string; readonly call: number };
type Call = { readonly layer: string; readonly sources: readonly Source[] };

/** @throws Error naming a layer and what it waits for */
export function checkTopology(topology: unknown): void {
  if (!isObject(topology)) return;
  const model = isObject(topology.model_config) ? topology.model_config : topology;
  checkModel(model.config);
}

function checkModel(config: unknown): void {
  const layers = isObject(config) && Array.isArray(config.layers) ? config.layers : [];
  // How often each layer has been called; what is a source of its own counts as called.
  const calls = new Map<string, number>();
  let waiting: Call[] = [];
  for (const layer of layers.filter(isObject)) {
    if (isObject(layer.config)) checkModel(layer.config);
    const inbound = layer.inbound_nodes ?? layer.inboundNodes;
    // A list of layers in sequence.
    if (inbound === undefined) continue;
    const name = nameOf(layer);
    if (calls.has(name)) throw new Error(`there are two layers "${name}"`);
    calls.set(name, isSource(layer) ? 1 : 0);
    waiting.push(...callsOf(name, inbound));
  }
  while (waiting.length > 0) {
    const left = waiting.filter((call) => !connect(call, calls));
    const [first] = left;
    if (first !== undefined && left.length === waiting.length) throw unconnected(first, calls);
    waiting = left;
  }
}

function connect({ layer, sources }: Call, calls: Map<string, number>): boolean {
  if (!sources.every((source) => isThere(source, calls))) return false;
  calls.set(layer, (calls.get(layer) ?? 0) + 1);
  return true;
}

function isThere({ layer, call }: Source, calls: ReadonlyMap<string, number>): boolean {
  return (calls.get(layer) ?? 0) > call;
}

function unconnected({ layer, sources }: Call, calls: ReadonlyMap<string, number>): Error {
  const missing = sources.find((source) => !isThere(source, calls));
  const problem = calls.has(missing?.layer ?? '') ? 'in a circle' : 'which is not there';
  return new Error(`layer "${layer}" takes what "${missing?.layer}" gives, ${problem}`);
}

/** TensorFlow.js knows a layer by two names, and loses it where they differ. */
function nameOf({ name, config }: JsonObject): string {
  const own = isObject(config) ? (config.name ?? name) : name;
  if (typeof name === 'string' && own === name) return name;
  throw new Error(
    `a layer has no name, or two: ${JSON.stringify(name)} and ${JSON.stringify(own)}`,
  );
}

function isSource({ class_name: type, config }: JsonObject): boolean {
  return type === 'InputLayer' || (isObject(config) && Array.isArray(config.layers));
}

function callsOf(layer: string, inbound: unknown): Call[] {
  if (!Array.isArray(inbound)) throw new Error(`layer "${layer}": expected a list of its inputs`);
  return inbound.map((sources: unknown) => {
    if (!Array.isArray(sources)) throw new Error(`layer "${layer}": expected lists of inputs`);
    return { layer, sources: sources.map((source) => sourceOf(source, layer)) };
  });
}

function sourceOf(source: unknown, layer: string): Source {
  const [from, call] = Array.isArray(source) ? source : [];
  if (typeof from === 'string' && Number.isSafeInteger(call)) return { layer: from, call };
  throw new Error(`layer "${layer}": expected inputs such as ["layer", 0, 0]`);
}
