/** Weights in files of their own: the model's file names them, and might name any file there is. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { TensorHead } from './tensor-proto.js';

const WHOLE_NUMBER = /^\d{1,15}$/;

/**
 * How many bytes of tensors lie in other files; undefined: there are none. Each such file must lie
 * in the model's folder, links followed, and hold what the tensor takes.
 *
 * @throws Error naming the tensor, its file and what is wrong
 */
export function checkExternalData(
  tensors: Iterable<TensorHead>,
  folder: string,
): number | undefined {
  let bytes: number | undefined;
  for (const { name, external } of tensors) {
    if (external === undefined) continue;
    const fault = faultOf(external, folder);
    if (fault !== undefined) throw new Error(`the weights "${name}": ${fault}`);
    bytes = (bytes ?? 0) + Number(external.get('length') ?? 0);
  }
  return bytes;
}

function faultOf(entries: ReadonlyMap<string, string>, folder: string): string | undefined {
  const location = entries.get('location') ?? '';
  const shown = JSON.stringify(location.slice(0, 200));
  if (location === '') return 'it does not say which file they are in';
  if (isAbsolute(location) || location.includes('\0') || /^[A-Za-z]:|\\/.test(location)) {
    return `expected a path relative to the model's folder, got ${shown}`;
  }
  const path = join(folder, location);
  if (!isInside(folder, path)) return `the file ${shown} is not in the model's folder`;
  if (!existsSync(path)) return `the file ${shown} is missing beside the model`;
  if (!isInside(realpathSync(folder), realpathSync(path))) {
    return `the file ${shown} is a link that leaves the model's folder`;
  }
  const info = statSync(path);
  if (!info.isFile()) return `${shown} is no file`;
  return extentFault(entries, shown, info.size);
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function extentFault(
  entries: ReadonlyMap<string, string>,
  shown: string,
  fileBytes: number,
): string | undefined {
  const offset = entries.get('offset') ?? '0';
  const length = entries.get('length') ?? '0';
  for (const text of [offset, length]) {
    if (!WHOLE_NUMBER.test(text)) {
      return `expected an offset and a length in bytes, got ${JSON.stringify(text.slice(0, 40))}`;
    }
  }
  const end = Number(offset) + Number(length);
  if (end <= fileBytes) return undefined;
  return `the file ${shown} has ${fileBytes} bytes, expected at least ${end}: it is cut off`;
}
