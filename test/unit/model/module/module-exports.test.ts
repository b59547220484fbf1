import { describe, expect, test } from 'vitest';
import { readExports } from '../../../../src/model/module/module-exports.js';

const double = (): number[] => [2];
const half = (): number[] => [0.5];
const helper = (): string => 'no model';
const definition = { predict: double };
class Tokenizer {
  predict(): number[] {
    return [1];
  }
}

/** Names of the models of a module; '' is the folder's. */
function namesOf(module: Readonly<Record<string, unknown>>): string[] {
  return readExports(module).models.map(({ name = '' }) => name);
}

describe('models', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['a default function', { default: double }, ['']],
    ['a default definition', { default: definition }, ['']],
    ['an instance with predict', { default: new Tokenizer() }, ['']],
    ['predict', { predict: double }, ['']],
    ['functions beside predict are helpers', { predict: double, helper }, ['']],
    ['functions beside a default are helpers', { default: definition, helper }, ['']],
    ['definitions beside a default', { default: double, half: definition }, ['', 'half']],
    ['several functions', { double, half }, ['double', 'half']],
    ['functions and definitions', { double, half: definition }, ['double', 'half']],
    ['the default under a second name', { default: definition, same: definition }, ['']],
    [
      'models, and nothing else',
      { models: { double, half: definition }, helper },
      ['double', 'half'],
    ],
    ['a default beside models', { default: double, models: { half }, helper }, ['', 'half']],
    ['classes and constants are none', { double, Tokenizer, LIMIT: 5 }, ['double']],
    ['what belongs to a module is none', { double, load: helper, dispose: helper }, ['double']],
    ['module.exports with several', { default: { double, half }, double }, ['double', 'half']],
    ['module.exports with predict', { default: { predict: double, load: helper } }, ['']],
    [
      'compiled to CommonJS',
      { __esModule: true, default: { __esModule: true, default: definition, helper } },
      [''],
    ],
    ['routes and no model', { routes: helper }, []],
  ])('%s', (_form, module, names) => {
    expect(namesOf(module)).toEqual(names);
  });

  test('a function takes what is exported beside it for its own', () => {
    const signature = { inputs: [], outputs: [] };
    const { models, timeout } = readExports({ predict: double, signature, timeout: '2s' });
    expect(models[0]?.definition).toMatchObject({ predict: double, signature });
    expect(timeout).toBe('2s');
  });

  test('load and dispose of the module are not those of its definition', () => {
    const own = { predict: double, load: half };
    expect(readExports({ default: own, load: helper })).toMatchObject({ load: helper });
    // A CommonJS module exports the same function twice: it runs once.
    expect(readExports({ default: own, load: half }).load).toBeUndefined();
  });

  test('routes are a named export, or a field of the default one', () => {
    expect(readExports({ routes: helper, prefix: '/a' })).toMatchObject({
      routes: helper,
      prefix: '/a',
    });
    const standard = { predict: double, routes: helper, prefix: '/a' };
    expect(readExports({ default: standard })).toMatchObject({ routes: helper, prefix: '/a' });
  });
});

describe('refused', () => {
  test.each<[Record<string, unknown>, RegExp]>([
    [{ LIMIT: 5 }, /^expected "export default defineModel/],
    [{ default: Tokenizer }, /^expected "export default defineModel/],
    [{ predict: 5, double }, /^predict: expected a function, got 5$/],
    [{ models: [double] }, /^models: expected an object of functions.*got an array of 1$/],
    [{ models: {} }, /^models: expected an object of functions.*got an object$/],
    [{ models: { double, limit: 5 } }, /^models.limit: expected a function.*got 5$/],
    [{ double: { predict: double, load: 5 } }, /^double: load: expected a function, got 5$/],
    [{ double, load: 5 }, /^load: expected a function, got 5$/],
  ])('%o', (module, reason) => {
    expect(() => readExports(module)).toThrow(reason);
  });
});
