import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../../src/errors.js';
import { findGroup, findUser } from '../../../../src/master/system/accounts.js';
import { findOwner, isOwnable, type OwnerPorts } from '../../../../src/master/system/owner.js';
import { temporaryFolder } from '../../../fixtures/temporary-folder.js';

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nweb:x:33:34::/var/www:\n44:x:55:56::/:\nbroken:x:y';
const GROUP = 'root:x:0:\nwww:x:34:web\nlab:x:70:';

function ports(uid: number): OwnerPorts {
  return { uid, gid: uid, lookUp: (list) => (list === 'passwd' ? PASSWD : GROUP) };
}

function fault(user?: string, group?: string, uid = 0): string {
  try {
    findOwner({ user, group }, ports(uid));
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.join(' ');
  }
  return 'none';
}

describe('users and groups', () => {
  test('are found by name and by number, the name first', () => {
    expect(findUser(PASSWD, 'web')).toEqual({ name: 'web', uid: 33, gid: 34 });
    expect(findUser(PASSWD, '33')).toEqual({ name: 'web', uid: 33, gid: 34 });
    expect(findUser(PASSWD, '44')?.uid).toBe(55);
    expect(findUser(PASSWD, 'broken')).toBeUndefined();
    expect(findUser(PASSWD, 'nobody')).toBeUndefined();
    expect([findGroup(GROUP, 'www'), findGroup(GROUP, '70')]).toEqual([34, 70]);
    expect(findGroup(GROUP, 'web')).toBeUndefined();
  });
});

describe('whom the server becomes', () => {
  test.each([
    [undefined, undefined, undefined],
    ['web', undefined, { uid: 33, gid: 34, name: 'web' }],
    ['33', 'lab', { uid: 33, gid: 70, name: 'web' }],
    ['1234', '1234', { uid: 1234, gid: 1234, name: undefined }],
    [undefined, 'lab', { uid: 0, gid: 70, name: undefined }],
    ['root', undefined, undefined],
  ])('user %s, group %s', (user, group, owner) => {
    expect(findOwner({ user, group }, ports(0))).toEqual(owner);
  });

  test('is nobody else when it is that one already, as behind a restart', () => {
    expect(findOwner({ user: '1234', group: '1234' }, ports(1234))).toBeUndefined();
  });

  test.each([
    ['nobody', undefined, 0, /^user nobody: there is no such user/],
    ['1234', undefined, 0, /^user 1234: has no entry on this machine; set --group as well/],
    ['web', 'nogroup', 0, /^group nogroup: there is no such group/],
    ['nobody', 'nogroup', 0, /no such user on this machine\. group nogroup/],
    ['web', undefined, 1000, /^user web: only root can become another one; this is user 1000/],
    ['root', undefined, 1000, /only root/],
    [undefined, 'lab', 1000, /^group lab: only root/],
  ])('user %s, group %s, as %i: %s', (user, group, uid, text) => {
    expect(fault(user, group, uid)).toMatch(text);
  });
});

test('a file is given away, but neither what a link leads to, nor a device, nor what is not there', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'log');
  writeFileSync(file, '');
  symlinkSync(file, join(folder, 'link'));
  const all = [file, join(folder, 'link'), '/dev/null', join(folder, 'none')];
  expect(all.map(isOwnable)).toEqual([true, false, false, false]);
});
