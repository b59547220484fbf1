import { expect, test } from 'vitest';
import { waitingConnections } from '../../../../src/master/listen/accept-queue.js';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

const row = (state: string, waiting: string, inode: number): string =>
  `   0: 0100007F:1F40 00000000:0000 ${state} 00000000:${waiting} 00:00000000 00000000     0        0 ${inode} 1 0000000082facb84 100 0 0 10 0`;

const TABLES: Readonly<Record<string, string>> = {
  '/proc/net/tcp': [
    HEAD,
    row('0A', '0000001F', 70),
    row('0A', '00000007', 71),
    row('01', '00000100', 72),
    '',
  ].join('\n'),
  '/proc/net/tcp6': [HEAD, row('0A', '00000002', 73), ''].join('\n'),
};

const read = async (file: string): Promise<string> => {
  const text = TABLES[file];
  if (text === undefined) throw new Error('ENOENT');
  return text;
};
const inodeOf = (descriptor: number): number => descriptor + 60;

test('what waits at the listening sockets asked for is summed, over both tables', async () => {
  expect(await waitingConnections([10], read, inodeOf)).toBe(31);
  expect(await waitingConnections([10, 13], read, inodeOf)).toBe(33);
});

test('another socket at the same address does not count, nor does a connection', async () => {
  expect(await waitingConnections([11], read, inodeOf)).toBe(7);
  expect(await waitingConnections([12], read, inodeOf)).toBeUndefined();
});

test('where the system does not tell, it is not known', async () => {
  const missing = async (): Promise<string> => Promise.reject(new Error('ENOENT'));
  expect(await waitingConnections([10], missing, inodeOf)).toBeUndefined();
  expect(await waitingConnections([], read, inodeOf)).toBeUndefined();
  const noIpv6 = (file: string): Promise<string> => (file.endsWith('6') ? missing() : read(file));
  expect(await waitingConnections([10, 13], noIpv6, inodeOf)).toBe(31);
});
