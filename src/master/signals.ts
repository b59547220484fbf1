import { isatty } from 'node:tty';

/** What an operator's signal asks for; docs/signals.md lists them. */
export type SignalAction =
  | 'drain'
  | 'quick stop'
  | 'reload'
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
  // Without a listener SIGUSR1 opens Node's debugger and SIGUSR2 ends the process.
  SIGUSR1: 'reopen logs',
  SIGUSR2: 'ignore',
};

/**
 * A terminal sends SIGTTOU to a job in the background that writes to it, if it is told to (`stty
 * tostop`). With a handler that write would be tried again and sent the signal again, without end.
 * So on a terminal the signal keeps its meaning there: the job stops until it is in front again.
 */
function isLeftToTerminal(signal: string, isTerminal: boolean): boolean {
  return signal === 'SIGTTOU' && isTerminal;
}

/** Handlers only pass the signal on; the returned function takes them off again. */
export function onSignals(handle: (signal: string, action: SignalAction) => void): () => void {
  const isTerminal = isatty(1) || isatty(2);
  const taken = Object.entries(SIGNAL_ACTIONS).filter(
    ([signal]) => !isLeftToTerminal(signal, isTerminal),
  );
  const listeners = taken.map(([signal, action]) => {
    const listener = () => handle(signal, action);
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
