const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm passes a terminal's Ctrl-C on to a process that has had it already */
const SAME_KEYPRESS_MS = 500;

export interface StopRequests {
  /** everything shall stop */
  onStop: () => void;
  /** it shall stop at once */
  onForce: () => void;
}

/** Calls back on the signals by which a user ends a program: the first time to stop, the second time to stop at once. */
export function listenForStop({ onStop, onForce }: StopRequests): void {
  let firstAt: number | undefined;
  const onSignal = () => {
    if (firstAt === undefined) onStop();
    else if (Date.now() - firstAt > SAME_KEYPRESS_MS) onForce();
    firstAt ??= Date.now();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
}
