/** Where the limits of this process's cgroups can be read. */
import { posix } from 'node:path';
import type { ReadText } from './allowed-cpus.js';

/** The controllers that bound CPUs. In v2 all of them are files of one folder. */
export type Controller = 'cpu' | 'cpuset';

/** Folders with the files of one controller: the process's own cgroup and all above it that can be seen. */
export type Cgroups = { readonly version: 1 | 2; readonly folders: readonly string[] };

const CONTROLLERS: readonly Controller[] = ['cpu', 'cpuset'];

export function cgroupsOf(readText: ReadText): ReadonlyMap<Controller, readonly Cgroups[]> {
  const own = ownPaths(readText('/proc/self/cgroup') ?? '');
  const mounts = mountsOf(readText('/proc/self/mountinfo') ?? '');
  const usable = mounts.length > 0 ? mounts : USUAL_MOUNTS;
  const found = CONTROLLERS.map((controller): [Controller, readonly Cgroups[]] => {
    const paths = own.filter(({ controllers }) => controllers.includes(controller));
    const cgroups = paths.flatMap(({ version, path }) =>
      usable
        .filter((mount) => mount.version === version && mount.controllers.includes(controller))
        .map((mount) => ({ version, folders: foldersIn(mount, path) })),
    );
    return [controller, cgroups];
  });
  return new Map(found);
}

type Hierarchy = { readonly version: 1 | 2; readonly controllers: readonly Controller[] };
type OwnPath = Hierarchy & { readonly path: string };
type Mount = Hierarchy & { readonly root: string; readonly place: string };

/** Lines of /proc/self/cgroup: `0::/path` is v2, `4:cpu,cpuacct:/path` is v1. */
function ownPaths(text: string): OwnPath[] {
  return text.split('\n').flatMap((line): OwnPath[] => {
    const [, id, names, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined || names === undefined) return [];
    if (id === '0' && names === '') return [{ version: 2, controllers: CONTROLLERS, path }];
    return [{ version: 1, controllers: controllersIn(names), path }];
  });
}

/** Lines `ID PARENT DEVICE ROOT PLACE OPTIONS [TAGS…] - TYPE SOURCE OPTIONS` of /proc/self/mountinfo. */
function mountsOf(text: string): Mount[] {
  return text.split('\n').flatMap((line): Mount[] => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root, place] = left.split(' ').map(unescaped);
    const [type, , options = ''] = right.split(' ');
    if (root === undefined || place === undefined) return [];
    if (type === 'cgroup2') return [{ version: 2, controllers: CONTROLLERS, root, place }];
    if (type !== 'cgroup') return [];
    return [{ version: 1, controllers: controllersIn(options), root, place }];
  });
}

/** Where distributions mount them, for systems that do not tell their mounts. */
const USUAL_MOUNTS: readonly Mount[] = [
  ...['', '/unified'].map((name): Mount => usual(2, name, CONTROLLERS)),
  ...['/cpu', '/cpu,cpuacct', '/cpuacct,cpu'].map((name): Mount => usual(1, name, ['cpu'])),
  usual(1, '/cpuset', ['cpuset']),
];

function usual(version: 1 | 2, name: string, controllers: readonly Controller[]): Mount {
  return { version, controllers, root: '/', place: `/sys/fs/cgroup${name}` };
}

function controllersIn(names: string): Controller[] {
  const list = names.split(',');
  return CONTROLLERS.filter((controller) => list.includes(controller));
}

/** Spaces and the like are told as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));
}

/**
 * A mount shows the hierarchy from its root down. A container without a cgroup namespace has a mount
 * whose root is its own cgroup, and reads the path of the host: below the mount only what comes after
 * the root is there. A path that is not below the root (as in a container that sees the host's path,
 * or with `..`, outside of the namespace) leaves the mount's own folder, which is the nearest there is.
 */
function foldersIn({ root, place }: Mount, path: string): string[] {
  const below = root === '/' ? path : path.startsWith(`${root}/`) ? path.slice(root.length) : '/';
  const names = below.split('/').filter((name) => name !== '');
  const ancestors = names.includes('..') ? [] : names;
  return ['/', ...ancestors.map((_, index) => ancestors.slice(0, index + 1).join('/'))].map(
    (part) => posix.join(place, part),
  );
}
