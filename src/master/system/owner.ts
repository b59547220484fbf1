import { execFileSync } from 'node:child_process';
import { existsSync, lchownSync, lstatSync, readFileSync } from 'node:fs';
import type { Settings } from '../../config/settings.js';
import { ConfigError } from '../../errors.js';
import { asNumber, findGroup, findUser } from './accounts.js';

/** Whom the server runs as once its places are open. */
export type Owner = {
  readonly uid: number;
  readonly gid: number;
  /** Gives the other groups that the user is in; a number without an entry is in none. */
  readonly name: string | undefined;
};

export type OwnerSettings = Pick<Settings, 'user' | 'group'>;

/** What a process knows of itself, and the two lists of the system. */
export type OwnerPorts = {
  readonly uid: number;
  readonly gid: number;
  lookUp(list: 'passwd' | 'group', wanted: string): string;
};

/**
 * Undefined: the server stays who it is.
 *
 * @throws ConfigError for a user or a group that is unknown, or that cannot be become
 */
export function findOwner(
  { user, group }: OwnerSettings,
  ports: OwnerPorts = thisProcess(),
): Owner | undefined {
  if (user === undefined && group === undefined) return undefined;
  const faults: string[] = [];
  const account = user === undefined ? undefined : accountOf(user, group, ports, faults);
  const gid = group === undefined ? account?.gid : gidOf(group, ports, faults);
  const uid = account?.uid ?? ports.uid;
  const isOther = uid !== ports.uid || (gid !== undefined && gid !== ports.gid);
  if (faults.length === 0 && ports.uid !== 0 && isOther) {
    const said = [user && `user ${user}`, group && `group ${group}`].filter(Boolean).join(', ');
    faults.push(`${said}: only root can become another one; this is user ${ports.uid}.`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return isOther ? { uid, gid: gid ?? ports.gid, name: account?.name } : undefined;
}

/** Node has had it for ever; its types have not. */
type WithGroups = { initgroups?(name: string, gid: number): void };

/** From here on there is no way back. @param files what was made before and is written or removed later */
export function become({ uid, gid, name }: Owner, files: readonly string[]): void {
  for (const file of files) if (isOwnable(file)) lchownSync(file, uid, gid);
  if (name === undefined) process.setgroups?.([gid]);
  else (process as WithGroups).initgroups?.(name, gid);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/** A link may lead to anybody's file, and a device such as /dev/null is everybody's. */
export function isOwnable(file: string): boolean {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  return stats !== undefined && (stats.isFile() || stats.isSocket());
}

/** Those that the server has made by now, and will write, reopen or remove. */
export function ownFiles(settings: OwnFileSettings): string[] {
  const { bind, adminBind, metricsBind, pid, logFile, accessLogFile } = settings;
  const sockets = [...bind, adminBind, metricsBind].flatMap((address) =>
    address?.kind === 'unix' ? [address.path] : [],
  );
  const named = [pid, logFile, accessLogFile].filter((path) => path?.startsWith('/'));
  return [...sockets, ...named].filter((path) => path !== undefined).filter(existsSync);
}

type OwnFileSettings = Pick<
  Settings,
  'bind' | 'adminBind' | 'metricsBind' | 'pid' | 'logFile' | 'accessLogFile'
>;

function accountOf(
  user: string,
  group: string | undefined,
  { lookUp }: OwnerPorts,
  faults: string[],
): { uid: number; gid: number | undefined; name: string | undefined } | undefined {
  const known = findUser(lookUp('passwd', user), user);
  if (known !== undefined) return known;
  const uid = asNumber(user);
  if (uid === undefined) faults.push(`user ${user}: there is no such user on this machine.`);
  else if (group !== undefined) return { uid, gid: undefined, name: undefined };
  else faults.push(`user ${user}: has no entry on this machine; set --group as well.`);
  return undefined;
}

function gidOf(group: string, { lookUp }: OwnerPorts, faults: string[]): number | undefined {
  const gid = findGroup(lookUp('group', group), group) ?? asNumber(group);
  if (gid === undefined) faults.push(`group ${group}: there is no such group on this machine.`);
  return gid;
}

function thisProcess(): OwnerPorts {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, lookUp };
}

/** `getent` also knows users of a directory service; a small image has only the files. */
function lookUp(list: 'passwd' | 'group', wanted: string): string {
  const lists = [
    () => readFileSync(`/etc/${list}`, 'utf8'),
    () => execFileSync('getent', [list, wanted], { encoding: 'utf8', stdio: 'pipe' }),
  ];
  const texts = lists.map((read) => {
    try {
      return read();
    } catch {
      return ''; // not there, or not in it
    }
  });
  return texts.join('\n');
}
