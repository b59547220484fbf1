/** What an operator's signal asks for; docs/signals.md lists them. */
export type SignalAction = 'drain' | 'quick stop' | 'reload' | 'ignore';

export const SIGNAL_ACTIONS: Readonly<Record<string, SignalAction>> = {
  SIGTERM: 'drain',
  SIGINT: 'quick stop',
  SIGQUIT: 'quick stop',
  SIGHUP: 'reload',
  // Without a listener SIGUSR1 opens Node's debugger and SIGUSR2 ends the process.
  SIGUSR1: 'ignore',
  SIGUSR2: 'ignore',
};

/** Handlers only pass the signal on; the returned function takes them off again. */
export function onSignals(handle: (signal: string, action: SignalAction) => void): () => void {
  const listeners = Object.entries(SIGNAL_ACTIONS).map(([signal, action]) => {
    const listener = () => handle(signal, action);
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
