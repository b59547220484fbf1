// Drops the native libraries for other systems and processors from an installed
// onnxruntime-node (about 240 MB of 290 MB). For images: run after `npm prune`.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../node_modules/onnxruntime-node/bin', import.meta.url));

for (const napi of readdirSync(bin)) {
  for (const platform of readdirSync(join(bin, napi))) {
    for (const arch of readdirSync(join(bin, napi, platform))) {
      const isOurs = platform === process.platform && arch === process.arch;
      if (!isOurs) rmSync(join(bin, napi, platform, arch), { recursive: true });
    }
  }
}
