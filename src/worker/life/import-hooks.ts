/** Runs in Node's thread for module hooks: tells which files are imported, and those that are not there. */
import type { InitializeHook, ResolveHook } from 'node:module';
import type { MessagePort } from 'node:worker_threads';

let port: MessagePort | undefined;

export const initialize: InitializeHook<{ port: MessagePort }> = (data) => {
  port = data.port;
};

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  try {
    const resolved = await nextResolve(specifier, context);
    port?.postMessage(resolved.url);
    return resolved;
  } catch (error) {
    // It may come: then the import is worth another try.
    if (specifier.startsWith('.') && context.parentURL !== undefined) {
      port?.postMessage(new URL(specifier, context.parentURL).href);
    }
    throw error;
  }
};
