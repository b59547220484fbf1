// A folder of models that a test lays, changes and takes away.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

/** A repository in which each version of a model answers with its own name. */
export class Repository {
  readonly path: string = temporaryFolder();
  /** While this file is there, a version that was laid with `isHeld` does not finish to load. */
  readonly hold: string = join(temporaryFolder(), 'hold');

  lay(name: string, version: number, isHeld = false): void {
    const wait = `while (existsSync(${JSON.stringify(this.hold)})) await setTimeout(10);`;
    this.#write(
      name,
      version,
      `import { existsSync } from 'node:fs';
      import { setTimeout } from 'node:timers/promises';
      ${isHeld ? wait : ''}
      export const predict = (rows) => rows.map(() => '${name} ${version}');`,
    );
    if (isHeld) writeFileSync(this.hold, '');
  }

  layBroken(name: string, version: number): void {
    this.#write(name, version, `throw new Error('no weights in ${name}');`);
  }

  remove(name: string, version?: number): void {
    const folder = join(this.path, name, version === undefined ? '' : String(version));
    rmSync(folder, { recursive: true });
  }

  release(): void {
    rmSync(this.hold);
  }

  layCode(name: string, version: number, code: string): void {
    this.#write(name, version, code);
  }

  #write(name: string, version: number, code: string): void {
    const folder = join(this.path, name, String(version));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'model.mjs'), code);
  }
}
