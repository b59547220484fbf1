import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../../../src');

function importsBelow(folder: string): string[] {
  return readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(SRC, folder, file), 'utf8');
      return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
        ([, path]) => `${file}: ${path}`,
      );
    });
}

test('model/ knows no Fastify, no worker and no master', () => {
  const imports = importsBelow('model');
  expect(imports.length).toBeGreaterThan(10);
  expect(imports.filter((line) => /fastify|\/worker\/|\/master\/|\/link\//.test(line))).toEqual([]);
});

test('ONNX Runtime is imported by its runtime alone', () => {
  const files = importsBelow('.').filter((line) => line.endsWith(': onnxruntime-node'));
  expect(files.map((line) => line.split(':')[0]).sort()).toEqual([
    'model/runtimes/onnx-options.ts',
    'model/runtimes/onnx-signature.ts',
    'model/runtimes/onnx-tensor.ts',
    'model/runtimes/onnx.ts',
  ]);
});
