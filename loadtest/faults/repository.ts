/** The folder that is served: the subject in ever newer versions, and an ONNX model beside it. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../paths.js';

const SOURCE = new URL('loadtest/faults/subject.mjs', ROOT);

export class Repository {
  readonly path: string = mkdtempSync(join(tmpdir(), 'forkcast-faults-'));
  version = 0;

  constructor() {
    const digits = fileURLToPath(new URL('models/digits-mlp', ROOT));
    cpSync(digits, join(this.path, 'digits-mlp'), { recursive: true });
    this.layNext();
  }

  /** A new version beside the one that is served. */
  layNext(): void {
    this.version += 1;
    const text = readFileSync(SOURCE, 'utf8');
    this.#write(text.replace('const VERSION = 0', `const VERSION = ${this.version}`));
  }

  /** A new version that throws as it is loaded. */
  layBroken(): void {
    this.version += 1;
    this.#write("throw new Error('broken on purpose');");
  }

  /** The newest one goes again. */
  takeBack(): void {
    rmSync(this.#folder(), { recursive: true });
    this.version -= 1;
  }

  forgetBefore(version: number): void {
    rmSync(join(this.path, 'subject', String(version - 1)), { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #folder(): string {
    return join(this.path, 'subject', String(this.version));
  }

  #write(code: string): void {
    mkdirSync(this.#folder(), { recursive: true });
    writeFileSync(join(this.#folder(), 'model.mjs'), code);
  }
}
