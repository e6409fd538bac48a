import type { Construct } from 'constructs';
import { defineBus } from './bus';
import { defineQueues, defineUndelivered } from './queues';
import { defineTopics } from './topics';

export type Messaging = ReturnType<typeof defineMessaging>;

/** The bus, the queues and the topics. */
export function defineMessaging(scope: Construct, prefix: string) {
  const queues = defineQueues(scope, prefix);
  const undelivered = defineUndelivered(scope, prefix);
  return {
    ...defineBus(scope, prefix),
    queues,
    undelivered,
    topics: defineTopics(scope, { prefix, queues, undelivered }),
  };
}
