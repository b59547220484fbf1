/** What the master and the thread of its hooks say to each other. */

/** `id` counts up; answered by `done` or `threw` with the same one. */
export type ToHooks = { readonly id: number; readonly name: string; readonly facts: object };

export type FromHooks =
  | { readonly type: 'loaded'; readonly names: readonly string[] }
  | { readonly type: 'unusable'; readonly reason: string }
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'threw'; readonly id: number; readonly name: string; readonly error: Error }
  /** Thrown by what a hook had left running. */
  | { readonly type: 'stray'; readonly error: Error };
