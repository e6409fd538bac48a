import type { AwsClients, CallObserver } from '../adapters/aws/clients';
import type { Breakers } from './connections';
import type { Config } from '../config';
import type { ConnectedOrderClient } from '../client';
import type { ConnectedStockClient } from '../stock-client';
import type { DeadLetterNews } from '../messaging/dead-letter-ports';
import type { Logger } from '../telemetry';
import type { Metrics } from '../metrics';

/** A part of the consumer that runs by itself. */
export interface Part {
  start(): void;
  /** Takes nothing more and finishes what it holds. */
  stop(): Promise<void>;
}

/** What the parts of the consumer share. */
export interface Shared {
  config: Config<'consumer'>;
  aws: AwsClients;
  orders: ConnectedOrderClient;
  stock: ConnectedStockClient;
  letters: DeadLetterNews;
  logger: Logger;
  metrics: Metrics;
  /** of the outside companies that the consumer speaks to */
  breakers: Breakers;
  observe?: CallObserver | undefined;
}

/** Several parts as one. */
export const together = (parts: readonly Part[]): Part => ({
  start: () => parts.forEach((part) => part.start()),
  stop: async () => void (await Promise.all(parts.map((part) => part.stop()))),
});
