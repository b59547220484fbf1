/** Several masters that follow each other, whose log lines all come out of the first one's pipe. */
import { onTestFinished } from 'vitest';
import { expectGone, isAlive, processTree, type TestServer } from './server.js';

/** USR2. @returns the process id of the new master, once it serves */
export async function upgrade(server: TestServer, pid: number = server.pid): Promise<number> {
  process.kill(pid, 'SIGUSR2');
  const { newPid } = await server.line('upgrade: new master serves', (line) => line.pid === pid);
  endAfterTest(Number(newPid));
  return Number(newPid);
}

/** A new master is not the test's child: it would outlive a test that fails. */
export function endAfterTest(pid: number): void {
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
}

/** TERM; waits until it is gone with all its workers. */
export async function stopMaster(pid: number): Promise<void> {
  const pids = processTree(pid);
  process.kill(pid, 'SIGTERM');
  await expectGone(pids);
}
