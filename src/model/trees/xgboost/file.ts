import { readFile } from 'node:fs/promises';
import { readLenientJson } from './lenient-json.js';
import { readUbjson } from './ubjson.js';

const HEAD_BYTES = 64;
/** In UTF-8, byte by byte. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf';

const SAVE_IT = 'save the model with save_model() as .json or .ubj';

/** First bytes of what is called like an XGBoost model and is none we read. */
const STRANGERS: readonly (readonly [head: string, problem: string])[] = [
  ['binf', `it is in XGBoost's old binary format; load it there and ${SAVE_IT}`],
  ['bs64', `it is in XGBoost's old binary format; load it there and ${SAVE_IT}`],
  ['\x80', `it is a Python pickle; ${SAVE_IT}`],
  ['[', `it is a list, as dump_model() writes it, which lacks the objective; ${SAVE_IT}`],
];

/**
 * What the file holds, JSON or UBJSON as its content says.
 *
 * @throws Error why it is neither
 */
export async function readXgboostFile(file: string): Promise<unknown> {
  const bytes = await readFile(file);
  const head = bytes.toString('latin1', 0, HEAD_BYTES);
  const text = head.replace(BYTE_ORDER_MARK, '').trimStart();
  if (text === '') throw new Error('it is empty');
  const stranger = STRANGERS.find(([head]) => text.startsWith(head));
  if (stranger !== undefined) throw new Error(stranger[1]);
  return isJson(text) ? readLenientJson(bytes) : readUbjson(bytes);
}

/** In JSON a quote follows the brace, in UBJSON the marker of a key's length. */
function isJson(text: string): boolean {
  if (!text.startsWith('{')) throw new Error(`it is neither JSON nor UBJSON; ${SAVE_IT}`);
  return /^\{\s*["}]/.test(text) || /^\{\s*$/.test(text);
}
