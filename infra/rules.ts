import { Duration } from 'aws-cdk-lib';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { Messaging } from './messaging';

/** E6: an event that could not be delivered for this long goes to the target's dead-letter queue */
const MAXIMUM_RECORD_AGE = Duration.seconds(300);

/** The rules of requirements E that start or move workflows. */
export function defineRules(scope: Construct, { prefix, messaging }: { prefix: string; messaging: Messaging }): void {
  const { bus, queues } = messaging;
  new Rule(scope, 'OrderValidationRule', {
    ruleName: `${prefix}OrderValidationRule`,
    eventBus: bus,
    eventPattern: {
      source: ['ecommerce.orders'],
      detailType: ['Order Placed'],
      // what Waybill publishes itself must never come back as a new order
      detail: { origin: Match.doesNotExist() },
    },
    targets: [
      new SqsQueue(queues.orderIntake, { deadLetterQueue: queues.orderIntakeDlq, maxEventAge: MAXIMUM_RECORD_AGE }),
    ],
  });
}
