import type { ServedModel } from '../../model/description.js';
import type { ModelTarget } from './model-target.js';

type RouteTargets = { readonly reading: ModelTarget; readonly writing: ModelTarget };

/** Methods that promise to change nothing: such a request may run again. */
const READING: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Finds whose routes a path belongs to, where modules bring routes of their own along. */
export class RoutePrefixes {
  readonly #byPrefix = new Map<string, RouteTargets>();
  /** Segments of the longest prefix: no more of a path is looked at. */
  #mostSegments = 0;

  /** `targetOf` gives what a request for the model itself would get. */
  learn(models: readonly ServedModel[], targetOf: (name: string) => ModelTarget | undefined): void {
    this.#byPrefix.clear();
    for (const { name, plan = name, routes } of models) {
      const target = targetOf(name);
      if (target === undefined) continue;
      // Where the routes of a module are when it does not say: known before it has been loaded.
      const standard = `/models/${plan}`;
      if (!this.#byPrefix.has(standard)) this.#add(standard, target, undefined);
      if (routes !== undefined) this.#add(routes.prefix, target, routes.retry);
    }
    const depths = [...this.#byPrefix.keys()].map((prefix) => prefix.split('/').length - 1);
    this.#mostSegments = Math.max(0, ...depths);
  }

  /** Keeps the estimates of routes apart from those of predictions. */
  get groups(): readonly string[] {
    return [...this.#byPrefix.values()].map(({ reading }) => reading.group);
  }

  find(path: string, method: string): ModelTarget | undefined {
    let found: RouteTargets | undefined;
    let end = 0;
    for (let depth = 0; depth < this.#mostSegments && end < path.length; depth += 1) {
      const slash = path.indexOf('/', end + 1);
      end = slash === -1 ? path.length : slash;
      found = this.#byPrefix.get(path.slice(0, end)) ?? found;
    }
    return READING.includes(method) ? found?.reading : found?.writing;
  }

  #add(prefix: string, target: ModelTarget, retry: boolean | undefined): void {
    const own = { ...target, group: `${target.group} ${prefix}` };
    this.#byPrefix.set(prefix, {
      reading: { ...own, isRetryable: retry ?? true },
      writing: { ...own, isRetryable: retry ?? false },
    });
  }
}
