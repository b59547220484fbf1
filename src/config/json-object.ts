export type JsonObject = Readonly<Record<string, unknown>>;

/** An object in JSON: neither `null` nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
