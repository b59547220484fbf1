import { isatty } from 'node:tty';

/** What an operator's signal asks for; docs/signals.md lists them. */
export type SignalAction =
  | 'drain'
  | 'quick stop'
  | 'reload'
  | 'upgrade'
  | 'rest'
  | 'one worker more'
  | 'one worker fewer'
  | 'reopen logs'
  | 'ignore';

export const SIGNAL_ACTIONS: Readonly<Record<string, SignalAction>> = {
  SIGTERM: 'drain',
  SIGINT: 'quick stop',
  SIGQUIT: 'quick stop',
  SIGHUP: 'reload',
  SIGTTIN: 'one worker more',
  SIGTTOU: 'one worker fewer',
  SIGUSR2: 'upgrade',
  SIGWINCH: 'rest',
  // Without a listener it opens Node's debugger.
  SIGUSR1: 'reopen logs',
};

/**
 * What a terminal sends to what runs in it has the terminal's meaning there.
 *
 * SIGTTOU goes to a job in the background that writes, if the terminal is told to (`stty tostop`).
 * With a handler that write would be tried again and sent the signal again, without end. SIGWINCH
 * says that the window has another size.
 */
function isLeftToTerminal(signal: string): boolean {
  if (signal === 'SIGTTOU') return isatty(1) || isatty(2);
  return signal === 'SIGWINCH' && (isatty(0) || isatty(1) || isatty(2));
}

/** Handlers only pass the signal on; the returned function takes them off again. */
export function onSignals(handle: (signal: string, action: SignalAction) => void): () => void {
  const taken = Object.entries(SIGNAL_ACTIONS).filter(([signal]) => !isLeftToTerminal(signal));
  const listeners = taken.map(([signal, action]) => {
    const listener = () => handle(signal, action);
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
