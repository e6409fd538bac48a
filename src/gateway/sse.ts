/** What keeps a stream open through proxies, and shows that a reader is gone. */
export const HEARTBEAT = ': \n\n';

/**
 * One server-sent event, as it goes over the wire.
 *
 * @param p.id what a reader that comes back says that it has
 * @param p.data JSON on one line
 */
export function sseEvent({ id, event, data }: { id?: string | number; event: string; data: string }): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
}

/** @param ms how long a reader that lost its stream waits before it comes back, in milliseconds */
export const sseRetry = (ms: number): string => `retry: ${Math.round(ms)}\n\n`;
