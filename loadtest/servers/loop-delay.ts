/** How long the event loop of a server's first process stood still, asked of ../probes/loop-delay.mjs within it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileOf } from '../paths.js';

export type LoopDelay = { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };

export class LoopDelayProbe {
  readonly #folder = mkdtempSync(join(tmpdir(), 'forkcast-probe-'));
  readonly #socket = join(this.#folder, 'probe.sock');

  /** What a server's Node is started with. */
  get nodeArgs(): readonly string[] {
    return ['--import', fileOf('loadtest/probes/loop-delay.mjs')];
  }

  get env(): Readonly<Record<string, string>> {
    return { LOOP_DELAY_SOCKET: this.#socket };
  }

  /** Since the last time that it was asked. */
  async read(): Promise<LoopDelay> {
    return JSON.parse(await text(connect(this.#socket))) as LoopDelay;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
