/** `forkcast ctl top` in a terminal of its own, and without one. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from './log-files.js';
import { CLI, processTree, startServer, type TestServer } from './server.js';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';

/** util-linux's; the one of other systems takes other arguments. */
const hasScript = /util-linux/.test(
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout,
);
if (!hasScript) process.stderr.write('top.test.ts: left out, util-linux script is not there\n');

type Screen = { readonly child: ChildProcess; text: string; readonly ended: Promise<void> };

function topOf(server: TestServer): Screen {
  const admin = server.adminUrl.replace('http://', '');
  // What the terminal is set to afterwards is printed, too.
  const command = `${process.execPath} ${CLI} ctl top --interval 100ms --admin ${admin}; echo "code $?"; stty -a`;
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm' },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const screen = { child, text: '', ended };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen.text += text;
  });
  onTestFinished(() => {
    for (const pid of processTree(child.pid ?? 0).reverse()) process.kill(pid, 'SIGKILL');
  });
  return screen;
}

function pidOfTop(screen: Screen): number {
  const [, , top = 0] = processTree(screen.child.pid ?? 0);
  return top;
}

/** Taken once, given back once, and nothing after it but what the shell said. */
async function expectRestored(screen: Screen, code: number): Promise<void> {
  await screen.ended;
  const [, inside = '', ...rest] = screen.text.split(ENTER);
  expect(rest).toEqual([]);
  const [shown = '', after = '', ...more] = inside.split(LEAVE);
  expect(more).toEqual([]);
  expect(shown).toContain('SERVED/S');
  expect(after).toContain(`code ${code}`);
  expect(after).toMatch(/ icanon\b/);
  expect(after).toMatch(/ echo\b/);
}

describe.skipIf(!hasScript)('in a terminal', () => {
  it('is live, and leaves the terminal as it was by q, Ctrl-C, TERM and when the server goes', async () => {
    const server = await startServer({ path: 'echo', workers: 1 });
    const leavings: readonly [string, (screen: Screen) => unknown, number][] = [
      ['q', (screen) => screen.child.stdin?.write('q'), 0],
      ['Ctrl-C', (screen) => screen.child.stdin?.write('\u0003'), 0],
      ['TERM', (screen) => process.kill(pidOfTop(screen), 'SIGTERM'), 0],
      ['the end of the server', () => server.stop(), 1],
    ];
    const screens = leavings.map(() => topOf(server));
    for (const [number, [what, leave, code]] of leavings.entries()) {
      const screen = screens[number];
      if (screen === undefined) continue;
      await until(`third picture before ${what}`, () => screen.text.split('q: quit')[3]);
      leave(screen);
      await expectRestored(screen, code);
    }
    // As its last question finds the server: gone, or just going.
    expect(screens.at(-1)?.text).toMatch(/nobody answers at|gave no answer/);
  });
});

describe('without a terminal', () => {
  it('prints one picture, with the rates of one interval', async () => {
    const server = await startServer({ path: 'echo', workers: 1 });
    const admin = server.adminUrl.replace('http://', '');
    const args = [CLI, 'ctl', 'top', '--interval=100ms', '--admin', admin];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^forkcast .*\nqueue 0 of 1024, .*\nrequests 0\/s, errors 0\/s; .*\n/);
    expect(stdout).not.toContain('\u001b');
    await server.stop();
  });
});
