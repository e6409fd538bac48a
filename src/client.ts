import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { EngineAccess } from './config/engine-access';
import type { OrderId } from './domain/ids';
import { type Changes, createChanges } from './client/changes';
import { createEngine, EngineUnavailableError, LONGEST_PAUSE_MS, RETRY } from './client/engine';
import { createNews, type News } from './client/news';
import { createStarts, type Starts } from './client/starts';
import type { StoredOrders } from './client/stored';
import { tracedCalls } from './client/traced';

export type { Change, ChangeOutcome } from './client/changes';
export { EngineUnavailableError, RETRY } from './client/engine';
export type { NewsOutcome } from './client/news';
export type { PlaceOutcome } from './client/starts';
export type { StoredOrders } from './client/stored';

export interface OrderClient extends Starts, Changes, News {
  /** True when the engine knows a workflow of this order; asked only about orders that the read model does not know. */
  isKnown(orderId: OrderId): Promise<boolean>;
  /** @throws EngineUnavailableError when it cannot be reached, or does not serve our namespace */
  ping(): Promise<void>;
}

export interface OrderClientDeps {
  client: Client;
  taskQueue: string;
  /** asked only when the engine gives no answer, or cannot know it */
  stored: StoredOrders;
}

export interface ConnectedOrderClient extends OrderClient {
  close(): Promise<void>;
}

/** The order client of a process. Connects when it is first used, so that a process starts without the engine. */
export function connectOrderClient({
  engine,
  ...deps
}: { engine: EngineAccess } & Omit<OrderClientDeps, 'client'>): ConnectedOrderClient {
  const client = connectClient(engine);
  return { ...createOrderClient({ client, ...deps }), close: () => client.connection.close() };
}

/** Temporal's client, which connects when it is first used. */
export function connectClient(engine: EngineAccess): Client {
  let isClosing = false;
  const retry: typeof RETRY = {
    ...RETRY,
    retryableDecider: (attempt, status) => !isClosing && RETRY.retryableDecider(attempt, status),
  };
  const connection = Connection.lazy({ ...engine.connection, interceptors: [makeGrpcRetryInterceptor(retry)] });
  const close = connection.close.bind(connection);
  // a call that is about to be repeated would be so on a connection that is gone, which nobody can catch
  connection.close = async () => {
    isClosing = true;
    await delay(LONGEST_PAUSE_MS);
    await close();
  };
  return new Client({ connection, namespace: engine.namespace, interceptors: { workflow: [tracedCalls()] } });
}

/** The only place that names Temporal's client to gateway and consumer. */
export function createOrderClient({ client, taskQueue, stored }: OrderClientDeps): OrderClient {
  const engine = createEngine(client);
  return {
    ...createStarts({ engine, taskQueue, stored }),
    ...createChanges({ engine, stored }),
    ...createNews({ engine, stored }),

    isKnown: async (orderId) => (await engine.memoOf(orderId)) !== undefined,

    async ping() {
      const { namespace } = client.options;
      const describe = () => client.connection.workflowService.describeNamespace({ namespace });
      await engine.ask(describe).catch((error: unknown) => {
        if (error instanceof EngineUnavailableError) throw error;
        throw new EngineUnavailableError(`the engine does not serve the namespace ${namespace}`, { cause: error });
      });
    },
  };
}
