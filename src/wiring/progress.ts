import type { Config } from '../config';
import type { OrderProgress } from '../gateway/progress-ports';
import { connectClient } from '../client';
import { createOrderProgress } from '../client/progress';

/** The way to what the engine says of orders. */
export function connectProgress({
  engine,
}: Pick<Config<'gateway'>, 'engine'>): OrderProgress & { close(): Promise<void> } {
  const client = connectClient(engine);
  return { ...createOrderProgress(client), close: () => client.connection.close() };
}
