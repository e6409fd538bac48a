import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Dependency } from './domain/breaker';
import type { Warehouse } from './domain/inventory';
import { checkPolicy } from './domain/policy';
import { NOWHERE } from './domain/dead-letters';
import { DEFAULT_POLICY, type OrderPolicy } from './domain/order';
import { type EngineAccess, readEngineAccess, withoutEmpty } from './config/engine-access';
import * as a from './config/kinds';
import { problemsOf, refuse } from './config/problems';
import { Resources } from './config/resources';

/** who brings messages to customers */
const NOTIFIERS = ['sandbox', 'aws'];
/** OpenTelemetry's names */
const SAMPLERS = ['always_on', 'always_off', 'traceidratio'].flatMap((name) => [name, `parentbased_${name}`]);
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

const Settings = {
  HOST: a.word('the address that the gateway listens on; `0.0.0.0` is every one', '127.0.0.1'),
  PORT: a.wholeNumber('its port; 0 is any free one', { minimum: 0, maximum: 65_535, usual: 3000 }),
  ALLOWED_HOSTS: a.optionalHostNames(
    'names of the gateway beside localhost, with commas; others are refused: on loopback always, elsewhere when this is set',
  ),
  HEALTH_HOST: a.word('the address where worker and consumer say that they are well, and what they count', '127.0.0.1'),
  HEALTH_PORT: a.wholeNumber('the port there; 0 is nowhere', {
    minimum: 0,
    maximum: 65_535,
    usual: 0,
  }),
  TASK_QUEUE: a.word("Temporal's task queue, the same for all processes", 'orders'),
  WORKFLOW_BUNDLE: a.optionalPath('file of the workflows, bundled before; unset, the worker bundles their source'),
  WAREHOUSES: a.warehouses(
    'what ships from where: `<id>:<country>:<city>:<latitude>:<longitude>`, …; without the last two, from the middle of the country',
    'ICN:KR:Seoul:37.46:126.44,LAX:US:Los Angeles:33.94:-118.41',
  ),
  ORDER_POLICY: a.optionalMembers(
    'how orders are treated that do not say otherwise, like `onShortage=WAIT,decisionWithinS=3600`; see docs/lifecycle.md',
  ),
  LOW_STOCK_THRESHOLD: a.wholeNumber(
    'units of a product, in all warehouses, from which on it is running out; told again at half of them and at none',
    { minimum: 0, maximum: 1_000_000, usual: 10 },
  ),
  REORDER_QUANTITY: a.wholeNumber('units that are reordered of a product, beside those that orders wait for', {
    minimum: 1,
    maximum: 1_000_000,
    usual: 100,
  }),
  REORDER_OVERDUE_S: a.wholeNumber('seconds after which units that were reordered, and did not come, are an alert', {
    minimum: 1,
    maximum: 31_622_400,
    usual: 1_209_600,
  }),
  REORDER_VISIBILITY_S: a.visibility(
    'seconds that a message from ReorderQueue is ours; extended while work on it goes on',
    60,
  ),
  AWS_REGION: a.region('the AWS region; unset, that of the AWS profile'),
  ORDER_INTAKE_VISIBILITY_S: a.visibility(
    'seconds that a message from OrderIntakeQueue is ours; extended while work on it goes on',
    30,
  ),
  PAYMENT_PROCESSING_VISIBILITY_S: a.visibility('the same of PaymentProcessingQueue', 180),
  TRACKING_UPDATE_VISIBILITY_S: a.visibility('the same of TrackingUpdateQueue', 60),
  INVENTORY_CHECK_VISIBILITY_S: a.visibility('the same of InventoryCheckQueue', 300),
  PARTIAL_INVENTORY_VISIBILITY_S: a.visibility('the same of PartialInventoryQueue', 600),
  SHIPPING_VISIBILITY_S: a.visibility('the same of ShippingQueue', 900),
  ORDER_STATUS_VISIBILITY_S: a.visibility('the same of OrderStatusQueue', 60),
  ANALYTICS_VISIBILITY_S: a.visibility('the same of AnalyticsQueue', 60),
  WEBHOOK_EVENTS_VISIBILITY_S: a.visibility('the same of WebhookEventsQueue', 60),
  WEBHOOK_ALLOW_PRIVATE: a.oneOf(
    'whether webhooks may lead to private addresses, and without TLS: for trying things out, and for an installation whose shops are in its own network',
    ['true', 'false'],
    'false',
  ),
  WEBHOOK_DISABLE_AFTER_S: a.wholeNumber(
    'seconds of nothing but failures, ten at least, after which a webhook is disabled',
    { minimum: 1, maximum: 31_622_400, usual: 432_000 },
  ),
  REPLAY_VISIBILITY_S: a.visibility('the same of ReplayQueue', 60),
  REPLAY_EVENTS_PER_S: a.wholeNumber(
    'events a second that each consumer forwards from the archive, so that those of now need not wait behind them',
    { minimum: 1, maximum: 10_000, usual: 100 },
  ),
  REPLAY_QUIET_S: a.wholeNumber(
    'seconds for which ReplayQueue has to be empty before a replay counts as done; SQS needs a minute to be sure',
    { minimum: 1, maximum: 3600, usual: 60 },
  ),
  DEAD_LETTER_VISIBILITY_S: a.visibility('the same of every dead-letter queue', 30),
  DEAD_LETTER_RETRY_MS: a.wholeNumber(
    'milliseconds before a dead letter is tried again by itself; doubled for each further try',
    { minimum: 1, maximum: 3_600_000, usual: 60_000 },
  ),
  DEAD_LETTER_THROTTLED_RETRY_MS: a.wholeNumber('the same of what was throttled', {
    minimum: 1,
    maximum: 3_600_000,
    usual: 10_000,
  }),
  DEAD_LETTER_LONGEST_RETRY_MS: a.wholeNumber('the longest pause between two such tries, in milliseconds', {
    minimum: 1,
    maximum: 86_400_000,
    usual: 3_600_000,
  }),
  DEAD_LETTER_MARGIN_MS: a.wholeNumber(
    'milliseconds that a redriven message has, beside the time in which its queue gives it up, before it counts as lost',
    { minimum: 1, maximum: 86_400_000, usual: 600_000 },
  ),
  DEAD_LETTER_SWEEP_MS: a.wholeNumber(
    'milliseconds between two looks for workflows that ended in error, those of dead letters among them',
    {
      minimum: 100,
      maximum: 3_600_000,
      usual: 30_000,
    },
  ),
  INBOX_PATIENCE_S: a.wholeNumber('seconds that an event waits for its order before it goes to the dead letters', {
    minimum: 1,
    maximum: 2_592_000,
    usual: 86_400,
  }),
  INBOX_SWEEP_MS: a.wholeNumber('milliseconds between two looks at the events that wait for their order', {
    minimum: 10,
    maximum: 3_600_000,
    usual: 1000,
  }),
  NOTIFICATIONS: a.oneOf(
    'who brings messages to customers: a sandbox, or SES (e-mail) and SNS (SMS, push)',
    NOTIFIERS,
    'sandbox',
  ),
  NOTIFICATION_SENDER: a.optionalEmail('the address that customers are written from, an identity of SES; with `aws`'),
  NOTIFICATION_VISIBILITY_S: a.visibility(
    'seconds that a message to a customer is ours; extended while work on it goes on',
    60,
  ),
  PROVIDER_TIMEOUT_MS: a.wholeNumber('milliseconds that our side waits for a payment company, a carrier, or another', {
    minimum: 1,
    maximum: 60_000,
    usual: 2000,
  }),
  PAYMENT_BREAKER_FAILURES: a.wholeNumber('outages in a row after which the payment company is left alone', {
    minimum: 1,
    maximum: 1000,
    usual: 3,
  }),
  PAYMENT_BREAKER_OPEN_MS: a.wholeNumber('milliseconds for which it is', {
    minimum: 1,
    maximum: 3_600_000,
    usual: 30_000,
  }),
  BREAKER_FAILURES: a.wholeNumber('outages in a row after which any other outside company is left alone', {
    minimum: 1,
    maximum: 1000,
    usual: 5,
  }),
  BREAKER_OPEN_MS: a.wholeNumber('milliseconds for which it is', { minimum: 1, maximum: 3_600_000, usual: 60_000 }),
  RELAY_GRACE_MS: a.wholeNumber(
    "milliseconds that a step's own attempt at publishing has before the relay takes over",
    { minimum: 0, maximum: 3_600_000, usual: 5000 },
  ),
  RELAY_INTERVAL_MS: a.wholeNumber('milliseconds between two rounds of the relay', {
    minimum: 10,
    maximum: 3_600_000,
    usual: 2000,
  }),
  RECONCILE_EVERY_S: a.wholeNumber('seconds between two reconciliations; 0 is none but those asked for by hand', {
    minimum: 0,
    maximum: 604_800,
    usual: 900,
  }),
  RECONCILE_STUCK_AFTER_S: a.wholeNumber(
    'seconds without an event after which an order that waits for nothing is a case',
    { minimum: 1, maximum: 31_622_400, usual: 3600 },
  ),
  RECONCILE_SETTLED_AFTER_S: a.wholeNumber(
    "seconds after which a charge, or an order's last event, must have reached the books to be compared",
    { minimum: 0, maximum: 86_400, usual: 300 },
  ),
  RECONCILE_PAUSE_S: a.wholeNumber('seconds between the two looks after which something counts as found', {
    minimum: 1,
    maximum: 3600,
    usual: 10,
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: a.optionalUrl(
    'where traces and metrics are sent by OTLP over HTTP, such as http://127.0.0.1:4318; unset, nowhere',
  ),
  TRACE_CONTEXT: a.oneOf(
    'how traces are carried on: W3C, or X-Ray as well with ids that it takes',
    ['w3c', 'xray'],
    'w3c',
  ),
  MAX_STREAMS: a.wholeNumber('live streams that a gateway keeps open at once; who asks for more is sent away for now', {
    minimum: 1,
    maximum: 100_000,
    usual: 2000,
  }),
  OTEL_TRACES_SAMPLER: a.oneOf(
    'which traces are kept of those that begin here; with `parentbased_`, one that comes from outside is kept where it was there',
    SAMPLERS,
    'parentbased_always_on',
  ),
  OTEL_TRACES_SAMPLER_ARG: a.fraction('the share of them, from 0 to 1, for a sampler by `traceidratio`', 1),
  TEMPORAL_UI_URL: a.optionalUrl("Temporal's web page, which orders link to"),
  TRACE_URL: a.optionalUrl('where a trace is shown; `{traceId}` in it is replaced by its id'),
  PAGE_DIR: a.optionalPath('directory of the page for operations, built before; unset, there is none'),
  LOG_LEVEL: a.oneOf('how much is logged', LEVELS, 'info'),
} as const;

const Environment = Type.Object({ ...Resources, ...Settings });

type Values = Static<typeof Environment>;

const READ_MODEL = [
  'ORDER_EVENTS_TABLE',
  'ORDER_STATUS_VIEW_TABLE',
  'INVENTORY_TABLE',
  'WAREHOUSE_STOCK_TABLE',
] as const;
const BREAKER_SETTINGS = [
  'BREAKERS_TABLE',
  'PAYMENT_BREAKER_FAILURES',
  'PAYMENT_BREAKER_OPEN_MS',
  'BREAKER_FAILURES',
  'BREAKER_OPEN_MS',
] as const;
const WEBHOOK_READS = ['WEBHOOKS_TABLE', 'WEBHOOK_DELIVERIES_TABLE', 'WEBHOOK_ALLOW_PRIVATE'] as const;
/** every queue that somebody reads, as its variables begin */
const QUEUES = [
  'ORDER_INTAKE',
  'PAYMENT_PROCESSING',
  'TRACKING_UPDATE',
  'INVENTORY_CHECK',
  'PARTIAL_INVENTORY',
  'SHIPPING',
  'ORDER_STATUS',
  'ANALYTICS',
  'WEBHOOK_EVENTS',
  'REPLAY',
  'REORDER',
  'EMAIL',
  'SMS',
  'PUSH',
] as const;
type QueueUrlName = `${(typeof QUEUES)[number]}_QUEUE_URL`;
const QUEUE_URLS = QUEUES.map((name) => `${name}_QUEUE_URL` as const) as readonly QueueUrlName[];
type DeadLetterUrlName = `${(typeof QUEUES)[number]}_DLQ_URL`;
const DEAD_LETTER_URLS = QUEUES.map((name) => `${name}_DLQ_URL` as const) as readonly DeadLetterUrlName[];
const ALL_READ = [
  'TASK_QUEUE',
  'AWS_REGION',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
  'TRACE_CONTEXT',
  'LOG_LEVEL',
] as const;

/** what each process reads: it is asked for nothing else, and its code can name nothing else */
const READS = {
  gateway: [
    'HOST',
    'PORT',
    'ALLOWED_HOSTS',
    'MAX_STREAMS',
    'TEMPORAL_UI_URL',
    'TRACE_URL',
    'PAGE_DIR',
    'ORDER_LOOKUPS_TABLE',
    'AUDIT_TRAIL_TABLE',
    'ORDERS_TABLE',
    ...READ_MODEL,
    'BREAKERS_TABLE',
    'BACKORDERS_TABLE',
    'LEDGER_TABLE',
    'SANDBOX_JOURNAL_TABLE',
    'EVENT_BUS_NAME',
    'CUSTOMER_CONTACTS_TABLE',
    'PROJECTIONS_TABLE',
    'ORDER_SNAPSHOTS_TABLE',
    'INBOX_TABLE',
    'REPLAY_SANDBOX_QUEUE_URL',
    ...QUEUE_URLS,
    ...DEAD_LETTER_URLS,
    'UNDELIVERED_DLQ_URL',
    ...WEBHOOK_READS,
    'DEAD_LETTERS_TABLE',
    'INBOX_TABLE',
    'CASES_TABLE',
    ...ALL_READ,
  ],
  worker: [
    'HEALTH_HOST',
    'HEALTH_PORT',
    'AUDIT_TRAIL_TABLE',
    'ORDERS_TABLE',
    ...READ_MODEL,
    'LEDGER_TABLE',
    ...BREAKER_SETTINGS,
    'BACKORDERS_TABLE',
    'SANDBOX_JOURNAL_TABLE',
    'EVENT_BUS_NAME',
    ...QUEUE_URLS,
    'DEAD_LETTERS_TABLE',
    'ORDER_SNAPSHOTS_TABLE',
    'CUSTOMER_NOTIFICATION_TOPIC_ARN',
    'ORDER_STATUS_TOPIC_ARN',
    'ORDER_CONFIRMATION_TOPIC_ARN',
    'INVENTORY_ALERT_TOPIC_ARN',
    'OPERATIONS_ALERT_TOPIC_ARN',
    'INBOX_TABLE',
    'EVENT_ARCHIVE_ARN',
    'REPLAY_RULE_ARN',
    'REPLAY_QUEUE_URL',
    'REPLAY_QUIET_S',
    'WORKFLOW_BUNDLE',
    'WAREHOUSES',
    'ORDER_POLICY',
    'LOW_STOCK_THRESHOLD',
    'PROVIDER_TIMEOUT_MS',
    ...WEBHOOK_READS,
    'WEBHOOK_DISABLE_AFTER_S',
    'CASES_TABLE',
    'RECONCILE_EVERY_S',
    'RECONCILE_STUCK_AFTER_S',
    'RECONCILE_SETTLED_AFTER_S',
    'RECONCILE_PAUSE_S',
    ...ALL_READ,
  ],
  consumer: [
    'HEALTH_HOST',
    'HEALTH_PORT',
    'ORDER_LOOKUPS_TABLE',
    'AUDIT_TRAIL_TABLE',
    ...BREAKER_SETTINGS,
    'ORDERS_TABLE',
    'ORDER_EVENTS_TABLE',
    'ORDER_STATUS_VIEW_TABLE',
    'PROJECTIONS_TABLE',
    'ORDER_SNAPSHOTS_TABLE',
    'LEDGER_TABLE',
    'EVENT_BUS_NAME',
    'ORDER_INTAKE_QUEUE_URL',
    'ORDER_INTAKE_DLQ_URL',
    'ORDER_INTAKE_VISIBILITY_S',
    'REORDER_QUEUE_URL',
    'REORDER_DLQ_URL',
    'REORDER_VISIBILITY_S',
    'REORDER_QUANTITY',
    'REORDER_OVERDUE_S',
    'PAYMENT_PROCESSING_QUEUE_URL',
    'PAYMENT_PROCESSING_DLQ_URL',
    'PAYMENT_PROCESSING_VISIBILITY_S',
    'TRACKING_UPDATE_QUEUE_URL',
    'TRACKING_UPDATE_DLQ_URL',
    'TRACKING_UPDATE_VISIBILITY_S',
    'INVENTORY_CHECK_QUEUE_URL',
    'INVENTORY_CHECK_DLQ_URL',
    'INVENTORY_CHECK_VISIBILITY_S',
    'PARTIAL_INVENTORY_QUEUE_URL',
    'PARTIAL_INVENTORY_DLQ_URL',
    'PARTIAL_INVENTORY_VISIBILITY_S',
    'SHIPPING_QUEUE_URL',
    'SHIPPING_DLQ_URL',
    'SHIPPING_VISIBILITY_S',
    'ORDER_STATUS_QUEUE_URL',
    'ORDER_STATUS_DLQ_URL',
    'ORDER_STATUS_VISIBILITY_S',
    'ANALYTICS_QUEUE_URL',
    'ANALYTICS_DLQ_URL',
    'ANALYTICS_VISIBILITY_S',
    'WEBHOOKS_TABLE',
    'WEBHOOK_EVENTS_QUEUE_URL',
    'WEBHOOK_EVENTS_DLQ_URL',
    'WEBHOOK_EVENTS_VISIBILITY_S',
    'REPLAY_QUEUE_URL',
    'REPLAY_DLQ_URL',
    'REPLAY_SANDBOX_QUEUE_URL',
    'REPLAY_VISIBILITY_S',
    'REPLAY_EVENTS_PER_S',
    'ORDER_STATUS_VIEW_TABLE',
    'UNDELIVERED_DLQ_URL',
    'DEAD_LETTER_VISIBILITY_S',
    'DEAD_LETTERS_TABLE',
    'DEAD_LETTER_RETRY_MS',
    'DEAD_LETTER_THROTTLED_RETRY_MS',
    'DEAD_LETTER_LONGEST_RETRY_MS',
    'DEAD_LETTER_MARGIN_MS',
    'DEAD_LETTER_SWEEP_MS',
    'RELAY_GRACE_MS',
    'RELAY_INTERVAL_MS',
    'INBOX_TABLE',
    'INBOX_PATIENCE_S',
    'INBOX_SWEEP_MS',
    'INVENTORY_TABLE',
    'SANDBOX_JOURNAL_TABLE',
    'CUSTOMER_CONTACTS_TABLE',
    'EMAIL_QUEUE_URL',
    'EMAIL_DLQ_URL',
    'SMS_QUEUE_URL',
    'SMS_DLQ_URL',
    'PUSH_QUEUE_URL',
    'PUSH_DLQ_URL',
    'NOTIFICATIONS',
    'NOTIFICATION_SENDER',
    'NOTIFICATION_VISIBILITY_S',
    'PROVIDER_TIMEOUT_MS',
    ...ALL_READ,
  ],
} as const satisfies Record<string, readonly (keyof Values)[]>;

export type ProcessName = keyof typeof READS;

export const PROCESS_NAMES = Object.keys(READS) as ProcessName[];

/** The configuration of a process: its variables, and how it reaches the Temporal server. */
export type Config<P extends ProcessName> = Pick<Values, (typeof READS)[P][number] | (typeof ALL_READ)[number]> & {
  engine: EngineAccess;
};

/** the names of the stack's outputs, as they reach the processes */
export const RESOURCE_NAMES = Object.keys(Resources) as (keyof typeof Resources)[];

/** What docs/configuration.md tells of each variable. */
export const describeVariables = () =>
  Object.entries(Environment.properties).map(([name, { description = '', default: usual }]) => ({
    name,
    description,
    usual: usual as string | number | undefined,
    readBy: PROCESS_NAMES.filter((process) => (READS[process] as readonly string[]).includes(name)),
    isRequired: (Environment.required as readonly string[] | undefined)?.includes(name) ?? false,
    isResource: name in Resources,
  }));

/**
 * Reads what a process needs from environment variables; the only reader of `process.env` in `src/`. An empty one counts
 * as unset.
 *
 * @param others what was found missing elsewhere, to be said with the rest
 * @throws ConfigurationError that lists everything that is missing or wrong, and what was expected of it
 */
export function loadConfig<P extends ProcessName>(
  reader: P,
  env: NodeJS.ProcessEnv = process.env,
  others: readonly string[] = [],
): Config<P> {
  const given = withoutEmpty(env);
  const schema = Type.Pick(Environment, [...READS[reader]]);
  const values = Value.Default(schema, withNumbers(Value.Clean(schema, { ...given })));
  const engine = readEngineAccess(given);
  const problems = [...problemsOf(schema, values, given), ...missingSender(values)];
  refuse([...problems, ...('problems' in engine ? engine.problems : []), ...others]);
  return { ...(values as object), engine } as Config<P>;
}

const missingSender = (values: unknown): string[] => {
  const { NOTIFICATIONS, NOTIFICATION_SENDER } = values as Partial<Values>;
  if (NOTIFICATIONS !== 'aws' || NOTIFICATION_SENDER !== undefined) return [];
  return [
    'NOTIFICATION_SENDER is not set; with NOTIFICATIONS=aws it takes the e-mail address that customers are written from',
  ];
};

/** The queues that customers are told from, by their channel. */
export const notificationQueues = (config: Config<'consumer'>) => ({
  EMAIL: { queueUrl: config.EMAIL_QUEUE_URL, deadLetterQueueUrl: config.EMAIL_DLQ_URL },
  SMS: { queueUrl: config.SMS_QUEUE_URL, deadLetterQueueUrl: config.SMS_DLQ_URL },
  PUSH: { queueUrl: config.PUSH_QUEUE_URL, deadLetterQueueUrl: config.PUSH_DLQ_URL },
});

/** `ORDER_INTAKE` is `order-intake-queue`, whatever an installation puts before it. */
const queueNameOf = (name: string) => `${name.toLowerCase().replaceAll('_', '-')}-queue`;

/** Where a dead letter can be sent back to, by the name of the queue. */
export const sourceQueues = (config: Pick<Config<'worker'>, QueueUrlName>): ReadonlyMap<string, string> =>
  new Map(QUEUES.map((name) => [queueNameOf(name), config[`${name}_QUEUE_URL`]]));

/** The topics that rules feed. */
export const topicArns = (config: Config<'worker'>): readonly string[] => [
  config.CUSTOMER_NOTIFICATION_TOPIC_ARN,
  config.ORDER_STATUS_TOPIC_ARN,
  config.ORDER_CONFIRMATION_TOPIC_ARN,
  config.INVENTORY_ALERT_TOPIC_ARN,
  config.OPERATIONS_ALERT_TOPIC_ARN,
];

/** The queues that are measured, each with its dead letters; the last has only those: nobody sends to it. */
export const gaugedQueues = (
  config: Pick<Config<'gateway'>, QueueUrlName | DeadLetterUrlName | 'UNDELIVERED_DLQ_URL'>,
): { queue: string; queueUrl?: string; deadLetterQueueUrl: string }[] => [
  ...QUEUES.map((name) => ({
    queue: queueNameOf(name),
    queueUrl: config[`${name}_QUEUE_URL`],
    deadLetterQueueUrl: config[`${name}_DLQ_URL`],
  })),
  { queue: NOWHERE, deadLetterQueueUrl: config.UNDELIVERED_DLQ_URL },
];

/** How often any queue of ours gives a message before it gives it up, at most. */
const MAX_RECEIVES = 5;

/** The dead-letter queues, with what their messages were for. */
export function deadLetterQueues(config: Config<'consumer'>) {
  const { NOTIFICATION_VISIBILITY_S: told } = config;
  const visibilities = { ...config, EMAIL_VISIBILITY_S: told, SMS_VISIBILITY_S: told, PUSH_VISIBILITY_S: told };
  return QUEUES.map((name) => ({
    queue: queueNameOf(name),
    queueUrl: config[`${name}_QUEUE_URL`],
    deadLetterQueueUrl: config[`${name}_DLQ_URL`],
    /** after which a message that nobody takes is given up, in milliseconds */
    givenUpAfterMs: visibilities[`${name}_VISIBILITY_S`] * MAX_RECEIVES * 1000,
  }));
}

/** Unsets what is empty, for libraries that read the environment themselves: to the AWS SDK an empty region is one. */
export function unsetEmpty(env: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(env)) if (env[name] === '' && name.startsWith('AWS_')) delete env[name];
}

/** The names of the tables that the orders are kept in. */
export function tableNames(config: Config<'worker'>) {
  return { ...bookTables(config), orders: config.ORDERS_TABLE, ledger: config.LEDGER_TABLE };
}

/** The names of the tables that questions are answered from. */
export const readTables = (config: Pick<Config<'gateway'>, ReadTable | 'ORDER_LOOKUPS_TABLE'>) => ({
  ...bookTables(config),
  lookups: config.ORDER_LOOKUPS_TABLE,
});

type ReadTable = (typeof READ_MODEL)[number] | 'BACKORDERS_TABLE';

const bookTables = (config: Pick<Config<'gateway'>, ReadTable>) => ({
  events: config.ORDER_EVENTS_TABLE,
  view: config.ORDER_STATUS_VIEW_TABLE,
  inventory: config.INVENTORY_TABLE,
  warehouseStock: config.WAREHOUSE_STOCK_TABLE,
  backorders: config.BACKORDERS_TABLE,
});

/** The names of the tables that orders are read from as they were. */
export const historyTables = (config: Pick<Config<'gateway'>, 'ORDER_EVENTS_TABLE' | 'ORDER_SNAPSHOTS_TABLE'>) => ({
  events: config.ORDER_EVENTS_TABLE,
  snapshots: config.ORDER_SNAPSHOTS_TABLE,
});

/** Where orders can be looked at beside our own page. */
export const elsewhereOf = ({
  engine: { namespace },
  TEMPORAL_UI_URL: temporalUi,
  TRACE_URL: trace,
}: Pick<Config<'gateway'>, 'engine' | 'TEMPORAL_UI_URL' | 'TRACE_URL'>) => ({
  namespace,
  ...(temporalUi !== undefined && { temporalUi }),
  ...(trace !== undefined && { trace }),
});

/** The names of the tables of webhooks, and of what was sent to them. */
export const webhookTables = (config: Pick<Config<'gateway'>, 'WEBHOOKS_TABLE' | 'WEBHOOK_DELIVERIES_TABLE'>) => ({
  webhooks: config.WEBHOOKS_TABLE,
  deliveries: config.WEBHOOK_DELIVERIES_TABLE,
});

/** The names of the tables of what is changed by hand, each with the audit trail that is written together with it. */
export const letterTables = (config: Pick<Config<'worker'>, 'DEAD_LETTERS_TABLE' | 'AUDIT_TRAIL_TABLE'>) => ({
  letters: config.DEAD_LETTERS_TABLE,
  audit: config.AUDIT_TRAIL_TABLE,
});
export const caseTables = (config: Pick<Config<'worker'>, 'CASES_TABLE' | 'AUDIT_TRAIL_TABLE'>) => ({
  cases: config.CASES_TABLE,
  audit: config.AUDIT_TRAIL_TABLE,
});
export const breakerTables = (config: Pick<Config<'worker'>, 'BREAKERS_TABLE' | 'AUDIT_TRAIL_TABLE'>) => ({
  breakers: config.BREAKERS_TABLE,
  audit: config.AUDIT_TRAIL_TABLE,
});

/** When a company that is out of order is left alone, and for how long. */
export function breakerLimits(
  config: Pick<Config<'worker'>, (typeof BREAKER_SETTINGS)[number]>,
  dependency: Dependency,
): { failures: number; openMs: number } {
  return dependency === 'payment'
    ? { failures: config.PAYMENT_BREAKER_FAILURES, openMs: config.PAYMENT_BREAKER_OPEN_MS }
    : { failures: config.BREAKER_FAILURES, openMs: config.BREAKER_OPEN_MS };
}

/**
 * How orders are treated that do not say otherwise, where it is not the usual.
 *
 * @throws ConfigurationError for a name that there is not, or a value that it does not take
 */
export function installationPolicy({
  ORDER_POLICY = '',
}: Pick<Config<'worker'>, 'ORDER_POLICY'>): Partial<OrderPolicy> {
  const members = ORDER_POLICY.split(',').filter((member) => member !== '');
  const given = members.map((member) => member.split('=') as [name: string, value: string]);
  const values = given.map(([name, value]) => [name, /^\d+$/.test(value) ? Number(value) : value] as const);
  const problems = given
    .filter(([name]) => !Object.hasOwn(DEFAULT_POLICY, name))
    .map(([name]) => `ORDER_POLICY has ${name}; it takes ${Object.keys(DEFAULT_POLICY).join(', ')}`);
  const fail = (pointer: string, _code: string, detail: string) =>
    void problems.push(`ORDER_POLICY${pointer.replace('/policy/', ': ')}: ${detail}`);
  const policy = checkPolicy(Object.fromEntries(values), fail);
  refuse(problems);
  return policy ?? {};
}

/** What the reconciliation waits for before it says something, in seconds. */
export const reconciliationLimits = (config: Config<'worker'>) => ({
  stuckAfterS: config.RECONCILE_STUCK_AFTER_S,
  settledAfterS: config.RECONCILE_SETTLED_AFTER_S,
  pauseS: config.RECONCILE_PAUSE_S,
  // a few hundred bytes each: well below the 2 MB that the engine takes
  askAgainMs: 500,
  toldALook: 1000,
});

/** The warehouses that orders ship from. */
export function warehousesOf({ WAREHOUSES }: Pick<Config<'worker'>, 'WAREHOUSES'>): Warehouse[] {
  return WAREHOUSES.split(',').map((text) => {
    const [warehouseId = '', country = '', city = '', latitude, longitude] = text.split(':');
    const warehouse = { warehouseId, country, city };
    if (latitude === undefined || longitude === undefined) return warehouse;
    return { ...warehouse, place: { latitude: Number(latitude), longitude: Number(longitude) } };
  });
}

const NUMBERS = new Set(
  Object.entries(Settings).flatMap(([name, { type }]) => (type === 'integer' || type === 'number' ? [name] : [])),
);

/** not TypeBox's conversion, which makes a 1 of 1.5 and of true */
const withNumbers = (values: unknown) =>
  Object.fromEntries(
    Object.entries(values as Record<string, string>).map(([name, text]) =>
      NUMBERS.has(name) && /^-?\d+(\.\d+)?$/.test(text) ? [name, Number(text)] : [name, text],
    ),
  );
