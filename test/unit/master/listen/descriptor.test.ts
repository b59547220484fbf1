import { expect, test } from 'vitest';
import { descriptorFault, type Proc } from '../../../../src/master/listen/descriptor.js';

const LINKS: Readonly<Record<string, string>> = {
  '/proc/self/fd/3': 'socket:[11]',
  '/proc/self/fd/4': 'socket:[12]',
  '/proc/self/fd/5': '/var/log/x.log',
  '/proc/self/fd/6': 'socket:[13]',
  '/proc/self/fd/7': 'socket:[14]',
  '/proc/self/fd/8': 'socket:[99]',
};

const TEXTS: Readonly<Record<string, string>> = {
  '/proc/self/stat': '1 (node)',
  '/proc/self/net/tcp': `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F41 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 12 1 0000000000000000 20 4 30 10 -1
`,
  '/proc/self/net/unix': `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01    13 /run/x.sock
0000000000000000: 00000003 00000000 00000000 0001 03    14
`,
};

function read(files: Readonly<Record<string, string>>, path: string): string {
  const text = files[path];
  if (text === undefined) throw new Error('ENOENT');
  return text;
}

const proc: Proc = { link: (path) => read(LINKS, path), text: (path) => read(TEXTS, path) };

test.each([
  [3, undefined],
  [4, 'it is a socket that does not listen'],
  [5, 'it is no socket but /var/log/x.log'],
  [6, undefined],
  [7, 'it is a socket that does not listen'],
  [8, undefined], // of another network namespace, for all that is known
  [9, 'the server was started without this descriptor'],
])('descriptor %d: %s', (fd, fault) => {
  expect(descriptorFault(fd, proc)).toBe(fault);
});

test('nothing is known where there is no /proc', () => {
  const none: Proc = { link: () => read({}, ''), text: () => read({}, '') };
  expect(descriptorFault(3, none)).toBeUndefined();
});
