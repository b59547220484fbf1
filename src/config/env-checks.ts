import type { Choices } from './cross-checks.js';
import { isList } from './value-text.js';

const FORM = /^([A-Za-z_][A-Za-z0-9_]*)=/;

/** What is no variable, or one of our own: by then the settings have been read. */
export function envFaults(choices: Choices): string[] {
  const value = choices.get('env')?.value;
  if (value === undefined || !isList(value)) return [];
  return value.flatMap((item) => {
    const name = FORM.exec(String(item))?.[1];
    if (name === undefined) return ['env: expected KEY=VALUE; got one without a name and "=".'];
    const isOurs = name.startsWith('FORKCAST_');
    return isOurs ? [`env: ${name} is a setting: give it as such, not with --env.`] : [];
  });
}
