import pino, { type Logger } from 'pino';
import { logFields } from './log-context';

export type { Logger };

/**
 * The log of a process: JSON lines, or readable ones on a terminal. Lines about an order have `orderId`, `workflowId` and
 * `traceId`; none has personal data.
 */
export function createLogger({ name, level }: { name: string; level: string }): Logger {
  const pretty =
    process.stdout.isTTY && isInstalled('pino-pretty')
      ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } }
      : {};
  // Temporal logs what went wrong under `error`
  return pino({ name, level, mixin: () => logFields(), serializers: { error: pino.stdSerializers.err }, ...pretty });
}

/** An address as it may be logged: without the name and the password that may be in it. */
export const loggedUrl = (url: string): string => url.replace(/\/\/[^/]*@/, '//');

/** what makes lines readable is for development: a production installation writes JSON on a terminal too */
function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}
