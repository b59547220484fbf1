import { sep } from 'node:path';
import type { ImportedFile } from '../../link/process/control.js';
import { fileLook } from '../../model/repository/file-look.js';
import type { Logger } from '../../observe/logger.js';
import { type Appearance, appearanceOf } from '../models/repository-look.js';
import { Watch } from '../models/watch.js';

/** Who develops waits for it: two looks see the same, and it is taken. */
const INTERVAL_MS = 250;

export type SourceWatchParts = {
  /** Absolute path of what is served. */
  readonly root: string;
  /** What that looked like when it was read. */
  readonly taken: Appearance;
  /** The config file, and whatever else is named. */
  readonly files: readonly string[];
  readonly log: Pick<Logger, 'info' | 'error'>;
  /** Tells of its failure itself. */
  reload(): Promise<void>;
};

/** `--reload`: has everything reloaded when a file changes that had a part in what is served. */
export class SourceWatch {
  readonly #root: string;
  readonly #files: Set<string>;
  readonly #watch: Watch;

  constructor({ root, taken, files, log, reload }: SourceWatchParts) {
    this.#root = root;
    this.#files = new Set(files);
    this.#watch = new Watch(new Map([...taken, ...this.#looks()]), {
      intervalMs: INTERVAL_MS,
      news: 'files changed',
      log,
      look: async () => new Map([...(await appearanceOf(root)), ...this.#looks()]),
      take: reload,
    });
  }

  /** What modules have imported, and what they could not. Those in the repository are looked at anyway. */
  learn(files: readonly ImportedFile[]): void {
    for (const { path, look } of files) {
      if (this.#files.has(path) || path.startsWith(`${this.#root}${sep}`)) continue;
      this.#files.add(path);
      this.#watch.learn(path, look);
    }
  }

  /** The settings name these files by now. */
  follow(files: readonly string[]): void {
    this.learn(files.map((path) => ({ path, look: fileLook(path) })));
  }

  close(): void {
    this.#watch.close();
  }

  #looks(): [path: string, look: string][] {
    return [...this.#files].flatMap((path): [string, string][] => {
      const look = fileLook(path);
      return look === '' ? [] : [[path, look]];
    });
  }
}
