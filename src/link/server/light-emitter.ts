import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';

/** What Node's emitters keep in themselves; declared so that every object has the same shape. */
type EmitterState = { _events: undefined; _eventsCount: number; _maxListeners: undefined };

function emptyEmitter(this: EmitterState): void {
  this._events = undefined;
  this._eventsCount = 0;
  this._maxListeners = undefined;
}

function lightEmitter(this: EmitterState): void {
  emptyEmitter.call(this);
}
lightEmitter.prototype = EventEmitter.prototype;

function lightReadable(this: EmitterState): void {
  emptyEmitter.call(this);
}
lightReadable.prototype = Readable.prototype;

/**
 * An `EventEmitter` without its table of listeners, which the first `on` makes:
 * most requests never get a listener, and the table costs more than the object.
 */
export const LightEmitter: new () => EventEmitter =
  lightEmitter as unknown as new () => EventEmitter;

/**
 * A `Readable` without its state. A class on top of it answers `_readableState`
 * with an accessor that runs Readable's constructor on the object when somebody
 * reads the stream, which few do.
 */
export const LightReadable: new () => Readable = lightReadable as unknown as new () => Readable;

/** True when anybody listens to anything: then events are worth emitting. */
export function hasListeners(emitter: EventEmitter): boolean {
  return (emitter as unknown as EmitterState)._eventsCount > 0;
}
