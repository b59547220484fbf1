import Module, { register } from 'node:module';
import { dirname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { ImportedFile } from '../../link/process/control.js';
import { fileLook } from '../../model/repository/file-look.js';

/** Where our own files are: they are no module's. */
const OWN = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = `${sep}node_modules${sep}`;

type Parent = { readonly filename?: string | null } | undefined;
type CommonJs = {
  _resolveFilename(request: string, parent: Parent, ...rest: unknown[]): string;
};

/**
 * Finds out which files the modules of models import, and those import in turn: ES modules by Node's
 * hooks, CommonJS where Node looks up a file name. Packages, and files of ours, are left out. For
 * development alone: it slows imports down.
 */
export class ImportWatch {
  readonly #tell: (files: readonly ImportedFile[]) => void;
  readonly #port: MessagePort;
  readonly #known = new Set<string>();
  #found: ImportedFile[] = [];
  #isDue = false;

  constructor(tell: (files: readonly ImportedFile[]) => void) {
    this.#tell = tell;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    register('./import-hooks.js', {
      parentURL: import.meta.url,
      data: { port: port2 },
      transferList: [port2],
    });
    port1.on('message', (url: string) => this.#addUrl(url));
    port1.unref();
    this.#watchRequire();
  }

  /** Tells at once what is found so far: before the worker is ready, or ends. */
  flush(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) this.#addUrl(next);
    const files = this.#found;
    this.#found = [];
    if (files.length > 0) this.#tell(files);
  }

  #next(): string | undefined {
    return receiveMessageOnPort(this.#port)?.message as string | undefined;
  }

  #watchRequire(): void {
    // Node tells of what is required nowhere but here, before 22.15.
    const loader = Module as unknown as CommonJs;
    const lookUp = loader._resolveFilename;
    loader._resolveFilename = (request, parent, ...rest) => {
      try {
        const path = lookUp.call(loader, request, parent, ...rest);
        this.#add(path);
        return path;
      } catch (error) {
        const from = parent?.filename;
        if (request.startsWith('.') && from) this.#add(resolve(dirname(from), request));
        throw error;
      }
    };
  }

  #addUrl(url: string): void {
    if (url.startsWith('file:')) this.#add(fileURLToPath(url));
  }

  #add(path: string): void {
    const isTheirs = path.startsWith(sep) && !path.startsWith(OWN) && !path.includes(PACKAGES);
    if (!isTheirs || this.#known.has(path)) return;
    this.#known.add(path);
    this.#found.push({ path, look: fileLook(path) });
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.flush();
    });
  }
}
