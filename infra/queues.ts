import { Duration, Stack } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

interface Settings {
  /** seconds that a message is its receiver's */
  visibilityS: number;
  /** days that a message waits for a receiver */
  retentionDays: number;
  /** how often a message is received before it goes to the dead letters; 5 by default */
  maxReceives?: number;
  /** seconds before a message can be received; none by default */
  delayS?: number;
}

/** What E4 sets for four of them; the others are ours. */
const SETTINGS = {
  OrderIntake: { visibilityS: 30, retentionDays: 7 },
  InventoryCheck: { visibilityS: 300, retentionDays: 14 },
  PartialInventory: { visibilityS: 600, retentionDays: 14, maxReceives: 3 },
  PaymentProcessing: { visibilityS: 180, retentionDays: 4 },
  Shipping: { visibilityS: 900, retentionDays: 14 },
  TrackingUpdate: { visibilityS: 60, retentionDays: 7 },
  OrderStatus: { visibilityS: 60, retentionDays: 7 },
  Analytics: { visibilityS: 60, retentionDays: 7 },
  Email: { visibilityS: 60, retentionDays: 7 },
  Sms: { visibilityS: 60, retentionDays: 7 },
  // requirements A4: e-mail and SMS have a head start
  Push: { visibilityS: 60, retentionDays: 7, delayS: 5 },
  Reorder: { visibilityS: 60, retentionDays: 7 },
  WebhookEvents: { visibilityS: 60, retentionDays: 7 },
  Replay: { visibilityS: 60, retentionDays: 7 },
  // people look into it, and looking is receiving
  ReplaySandbox: { visibilityS: 60, retentionDays: 7, maxReceives: 1000 },
} as const satisfies Record<string, Settings>;

export type QueueName = keyof typeof SETTINGS;

export const QUEUE_NAMES = Object.keys(SETTINGS) as QueueName[];

/**
 * A dead letter keeps the time at which it was first sent, so its days in the queue count here too. 14 is the most there
 * is: more than any queue of ours keeps, and as much as E4 wants of three. A message that is received goes to the dead
 * letters within the hour; one that nobody receives for 14 days ends where it is.
 */
const DEAD_LETTER_DAYS = 14;

/** Bytes of a message: as many as its dead letter's record holds. */
const MAX_MESSAGE_BYTES = 262_144;

const LONG_POLL = Duration.seconds(20);

/** A queue, and where its messages go that cannot be handled or delivered. */
export interface QueuePair {
  queue: Queue;
  deadLetters: Queue;
}

/** The queues of requirements E4 and those of the rules and topics, each with dead letters of its own. */
export function defineQueues(scope: Construct, prefix: string): Record<QueueName, QueuePair> {
  const pairs = QUEUE_NAMES.map((name) => [name, definePair(scope, { name, prefix, ...SETTINGS[name] })] as const);
  return Object.fromEntries(pairs) as Record<QueueName, QueuePair>;
}

/** For what no queue of ours was to get: what could not be handed to a topic, or by it to a person. */
export const defineUndelivered = (scope: Construct, prefix: string): Queue =>
  secureQueue(scope, 'UndeliveredDlq', {
    queueName: `${prefix}undelivered-dlq`,
    retentionPeriod: Duration.days(DEAD_LETTER_DAYS),
    // no queue may send its dead letters here
    redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL },
  });

type PairProps = Settings & { name: QueueName; prefix: string };

function definePair(scope: Construct, { name, prefix, maxReceives = 5, ...settings }: PairProps) {
  const { visibilityS, retentionDays, delayS } = settings;
  const queueName = `${prefix}${kebab(name)}-queue`;
  const deadLetters = secureQueue(scope, `${name}Dlq`, {
    queueName: `${prefix}${kebab(name)}-dlq`,
    retentionPeriod: Duration.days(DEAD_LETTER_DAYS),
    redriveAllowPolicy: {
      redrivePermission: RedrivePermission.BY_QUEUE,
      // by name: the queue itself refers to this one
      sourceQueues: [Queue.fromQueueArn(scope, `${name}Source`, queueArn(scope, queueName))],
    },
  });
  const queue = secureQueue(scope, `${name}Queue`, {
    queueName,
    visibilityTimeout: Duration.seconds(visibilityS),
    retentionPeriod: Duration.days(retentionDays),
    receiveMessageWaitTime: LONG_POLL,
    ...(delayS !== undefined && { deliveryDelay: Duration.seconds(delayS) }),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: maxReceives },
  });
  return { queue, deadLetters };
}

const secureQueue = (scope: Construct, id: string, props: QueueProps) =>
  new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    ...props,
  });

const queueArn = (scope: Construct, resource: string) => Stack.of(scope).formatArn({ service: 'sqs', resource });

/** `OrderIntake` is `order-intake`. */
const kebab = (name: string) => name.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase();
