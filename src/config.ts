import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Warehouse } from './domain/inventory';

/** the resources of `infra/`; each is an output of the stack and an environment variable of the same name */
const Resources = {
  ORDERS_TABLE: Type.String({ minLength: 1 }),
  ORDER_EVENTS_TABLE: Type.String({ minLength: 1 }),
  ORDER_STATUS_VIEW_TABLE: Type.String({ minLength: 1 }),
  INVENTORY_TABLE: Type.String({ minLength: 1 }),
  WAREHOUSE_STOCK_TABLE: Type.String({ minLength: 1 }),
  LEDGER_TABLE: Type.String({ minLength: 1 }),
  INBOX_TABLE: Type.String({ minLength: 1 }),
  DEAD_LETTERS_TABLE: Type.String({ minLength: 1 }),
  SANDBOX_JOURNAL_TABLE: Type.String({ minLength: 1 }),
  EVENT_BUS_NAME: Type.String({ minLength: 1 }),
  ORDER_INTAKE_QUEUE_URL: Type.String({ minLength: 1 }),
  ORDER_INTAKE_DLQ_URL: Type.String({ minLength: 1 }),
  PARTIAL_INVENTORY_QUEUE_URL: Type.String({ minLength: 1 }),
  SHIPPING_QUEUE_URL: Type.String({ minLength: 1 }),
  CUSTOMER_NOTIFICATION_TOPIC_ARN: Type.String({ minLength: 1 }),
  INVENTORY_ALERT_TOPIC_ARN: Type.String({ minLength: 1 }),
} as const;

/** the names of the stack's outputs, as they reach the processes */
export const RESOURCE_NAMES = Object.keys(Resources) as (keyof typeof Resources)[];

const Environment = Type.Object({
  ...Resources,
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 3000 }),
  /** where worker and consumer say that they live, on loopback; unset: nowhere */
  HEALTH_PORT: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
  TEMPORAL_ADDRESS: Type.String({ default: '127.0.0.1:7233' }),
  TEMPORAL_NAMESPACE: Type.String({ default: 'default' }),
  TASK_QUEUE: Type.String({ default: 'orders' }),
  WORKFLOW_BUNDLE: Type.Optional(Type.String()),
  /** what ships from where: `<id>:<country>:<city>`, separated by commas */
  WAREHOUSES: Type.String({
    pattern: '^[^:,]+:[A-Z]{2}:[^:,]+(,[^:,]+:[A-Z]{2}:[^:,]+)*$',
    default: 'ICN:KR:Seoul,LAX:US:Los Angeles',
  }),
  AWS_REGION: Type.String({ default: 'us-east-1' }),
  /** seconds that a message from OrderIntakeQueue is ours; extended while work on it goes on */
  ORDER_INTAKE_VISIBILITY_S: Type.Integer({ minimum: 3, maximum: 43_200, default: 30 }),
  /** how long our side waits for a payment company or carrier */
  PROVIDER_TIMEOUT_MS: Type.Integer({ minimum: 1, default: 2000 }),
  /** how long a step's own attempt at publishing has before the relay takes over */
  RELAY_GRACE_MS: Type.Integer({ minimum: 0, default: 5000 }),
  RELAY_INTERVAL_MS: Type.Integer({ minimum: 10, default: 2000 }),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info' },
  ),
});

export type Config = Static<typeof Environment>;

/**
 * Reads the configuration from environment variables; the only reader of `process.env` in `src/`.
 *
 * @throws Error that lists every variable that is missing or wrong, and what was expected of it
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const candidate = Value.Convert(Environment, Value.Default(Environment, Value.Clean(Environment, { ...env })));
  const problems = [...Value.Errors(Environment, candidate)];
  if (problems.length > 0) throw new Error(describe(problems));
  return candidate as Config;
}

/** The names of the tables that the adapters work on. */
export function tableNames(config: Config) {
  return {
    orders: config.ORDERS_TABLE,
    events: config.ORDER_EVENTS_TABLE,
    view: config.ORDER_STATUS_VIEW_TABLE,
    inventory: config.INVENTORY_TABLE,
    warehouseStock: config.WAREHOUSE_STOCK_TABLE,
    ledger: config.LEDGER_TABLE,
  };
}

/** The warehouses that orders ship from. */
export function warehousesOf(config: Config): Warehouse[] {
  return config.WAREHOUSES.split(',').map((text) => {
    const [warehouseId = '', country = '', city = ''] = text.split(':');
    return { warehouseId, country, city };
  });
}

function describe(problems: { path: string; message: string; value: unknown }[]): string {
  const byVariable = new Map(problems.map((problem) => [problem.path.slice(1), problem]));
  const lines = [...byVariable].map(([name, { message, value }]) =>
    value === undefined ? `${name} is not set` : `${name}=${JSON.stringify(value)}: ${message}`,
  );
  return `The configuration is not usable:\n  ${lines.join('\n  ')}`;
}
