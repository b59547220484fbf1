/** Users and groups, as `/etc/passwd` and `/etc/group` (and `getent`) write them down. Pure. */

export type User = { readonly name: string; readonly uid: number; readonly gid: number };

/** `name:password:uid:gid:…` in each line. @param wanted a name or a number */
export function findUser(passwd: string, wanted: string): User | undefined {
  const fields = entryOf(passwd, wanted);
  const [name, , uid, gid] = fields ?? [];
  if (name === undefined || !isNumber(uid) || !isNumber(gid)) return undefined;
  return { name, uid: Number(uid), gid: Number(gid) };
}

/** `name:password:gid:…` in each line. @returns its number */
export function findGroup(group: string, wanted: string): number | undefined {
  const gid = entryOf(group, wanted)?.[2];
  return isNumber(gid) ? Number(gid) : undefined;
}

/** The number that a user or a group is named by; undefined for a name. */
export function asNumber(wanted: string): number | undefined {
  return isNumber(wanted) ? Number(wanted) : undefined;
}

/** A name wins over a number that reads the same. */
function entryOf(text: string, wanted: string): string[] | undefined {
  const entries = text.split('\n').map((line) => line.split(':'));
  return entries.find(([name]) => name === wanted) ?? entries.find((entry) => entry[2] === wanted);
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,10}$/.test(text);
}
