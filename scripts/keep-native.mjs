// Drops what an image never runs. For images: run after `npm prune`.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../node_modules', import.meta.url));
dropForeignLibraries(join(packages, 'onnxruntime-node/bin'));
// Optional: an image may be built without it.
const tensorflow = join(packages, '@tensorflow');
for (const name of existsSync(tensorflow) ? readdirSync(tensorflow) : []) {
  dropForeignBundles(join(tensorflow, name));
}

/** ONNX Runtime's libraries for other systems and processors: about 240 MB of 290 MB. */
function dropForeignLibraries(bin) {
  for (const napi of readdirSync(bin)) {
    for (const platform of readdirSync(join(bin, napi))) {
      for (const arch of readdirSync(join(bin, napi, platform))) {
        const isOurs = platform === process.platform && arch === process.arch;
        if (!isOurs) rmSync(join(bin, napi, platform, arch), { recursive: true });
      }
    }
  }
}

/** TensorFlow.js for browsers and bundlers, types and source maps: about 110 MB of 120 MB. */
function dropForeignBundles(folder) {
  const dist = join(folder, 'dist');
  for (const name of readdirSync(dist)) {
    if (!/\.node\.js$|\.wasm$/.test(name)) rmSync(join(dist, name), { recursive: true });
  }
  for (const name of readdirSync(folder)) {
    if (!/^(dist|package\.json|LICENSE.*)$/.test(name)) {
      rmSync(join(folder, name), { recursive: true });
    }
  }
}
