import { BREAKER_STATES, DEPENDENCIES } from '../domain/breaker';
import { DEAD_LETTER_CLASSES } from '../domain/dead-letters';
import { EVENT_SOURCES } from '../domain/events';
import { FINDING_KINDS } from '../domain/reconciliation';
import { STANDINGS } from '../domain/projections';
import { STATES } from '../domain/states';

/** What the dashboards are about. */
export const METRIC_GROUPS = ['workflow', 'event', 'worker', 'queue', 'business'] as const;
export type MetricGroup = (typeof METRIC_GROUPS)[number];

/** What counts something of itself; the names of the processes. */
export type MetricProcess = 'gateway' | 'worker' | 'consumer';

/** `level`: a number that goes up and down by steps; `gauge`: one that is set. */
export type MetricKind = 'counter' | 'gauge' | 'level' | 'histogram';

/** The values of a label, where they are known; `undefined`: few, known once they come. */
type LabelValues = readonly string[] | undefined;

export interface MetricDefinition {
  kind: MetricKind;
  help: string;
  labels: Record<string, LabelValues>;
  group: MetricGroup;
  processes: readonly MetricProcess[];
  /** upper bounds, in the metric's unit; {@link SECONDS} when absent */
  buckets?: readonly number[];
}

/** Seconds that calls and messages take. */
export const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
/** Seconds that orders take; 1200 and 1800 are the promise of requirements A5. */
const ORDER_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1200, 1800, 3600, 86_400] as const;

const ALL = ['gateway', 'worker', 'consumer'] as const;

/** The types of events of ours; what comes from outside under another name is `other`. */
export const MESSAGE_TYPES = [...Object.keys(EVENT_SOURCES), 'Order Placed', 'Carrier Update', 'other'];

/** Everything that a process counts; none of the labels names an order, a product or a customer. */
export const CATALOGUE = {
  waybill_order_states_total: {
    kind: 'counter',
    help: 'states that orders went through, by their name',
    labels: { state: STATES },
    group: 'workflow',
    processes: ['consumer'],
  },
  waybill_order_state_seconds: {
    kind: 'histogram',
    help: 'how long orders were in a state',
    labels: { state: STATES },
    group: 'workflow',
    processes: ['consumer'],
    buckets: ORDER_SECONDS,
  },
  waybill_order_outcomes_total: {
    kind: 'counter',
    help: 'orders that came to stand like this; one that was delivered was shipped before',
    labels: { outcome: STANDINGS.filter((standing) => standing !== 'open') },
    group: 'workflow',
    processes: ['consumer'],
  },
  waybill_order_events_total: {
    kind: 'counter',
    help: 'events of orders that this process appended, by their detail-type',
    labels: { type: Object.keys(EVENT_SOURCES) },
    group: 'event',
    processes: ['worker'],
  },
  waybill_bus_events_total: {
    kind: 'counter',
    help: 'events handed to the bus: taken, refused for good, or not taken now and handed over again later',
    labels: { outcome: ['published', 'refused', 'failed'] },
    group: 'event',
    processes: ['worker', 'consumer'],
  },
  waybill_unpublished_events: {
    kind: 'gauge',
    help: 'events older than the grace of the relay that its last round could not publish',
    labels: {},
    group: 'event',
    processes: ['consumer'],
  },
  waybill_messages_total: {
    kind: 'counter',
    help: 'messages of queues, by the type of their event and by what became of them; one that failed comes again',
    labels: { queue: undefined, type: undefined, outcome: ['done', 'rejected', 'failed'] },
    group: 'event',
    processes: ['consumer'],
  },
  waybill_message_age_seconds: {
    kind: 'histogram',
    help: 'from the time of an event to the end of its handling; replayed ones are left out',
    labels: { queue: undefined },
    group: 'event',
    processes: ['consumer'],
    buckets: [...SECONDS, 60, 300, 3600],
  },
  waybill_activity_seconds: {
    kind: 'histogram',
    help: 'attempts at activities, local ones too, by what came of them',
    labels: { activity: undefined, outcome: ['ok', 'failed'] },
    group: 'worker',
    processes: ['worker'],
  },
  waybill_activity_failures_total: {
    kind: 'counter',
    help: 'attempts at activities that failed, by the type of the failure; `defect` is one of none',
    labels: { activity: undefined, type: undefined },
    group: 'worker',
    processes: ['worker'],
  },
  waybill_activities_running: {
    kind: 'level',
    help: 'activities that run now, local ones too',
    labels: {},
    group: 'worker',
    processes: ['worker'],
  },
  waybill_aws_call_seconds: {
    kind: 'histogram',
    help: 'attempts at calls to AWS, those that the SDK repeats too; `condition` is a condition that did not hold',
    labels: {
      service: undefined,
      operation: undefined,
      outcome: ['ok', 'condition', 'throttled', 'refused', 'failed'],
    },
    group: 'worker',
    processes: ALL,
  },
  waybill_provider_calls_total: {
    kind: 'counter',
    help: 'calls to outside companies: answered (a no is an answer), out of order, without an answer, or not made because the breaker is open',
    labels: { dependency: DEPENDENCIES, outcome: ['answered', 'outage', 'unknown', 'shut'] },
    group: 'worker',
    processes: ['worker', 'consumer'],
  },
  waybill_breaker_state: {
    kind: 'gauge',
    help: `circuit breaker of an outside company: ${BREAKER_STATES.map((state, i) => `${i} ${state.toLowerCase().replace('_', ' ')}`).join(', ')}`,
    labels: { dependency: undefined },
    group: 'worker',
    processes: ['worker', 'consumer'],
  },
  waybill_http_request_seconds: {
    kind: 'histogram',
    help: 'requests of the API, by their route; live streams are left out',
    labels: { method: undefined, route: undefined, status: undefined },
    group: 'worker',
    processes: ['gateway'],
  },
  waybill_open_streams: {
    kind: 'level',
    help: 'live streams that are open now',
    labels: {},
    group: 'worker',
    processes: ['gateway'],
  },
  waybill_process_resident_bytes: {
    kind: 'gauge',
    help: 'memory of the process',
    labels: {},
    group: 'worker',
    processes: ALL,
  },
  waybill_process_cpu_seconds_total: {
    kind: 'counter',
    help: 'processor time of the process',
    labels: {},
    group: 'worker',
    processes: ALL,
  },
  waybill_event_loop_delay_seconds: {
    kind: 'gauge',
    help: 'how late timers were since the last question, the 99th percentile',
    labels: {},
    group: 'worker',
    processes: ALL,
  },
  waybill_queue_messages: {
    kind: 'gauge',
    help: 'messages in a queue; every consumer tells the same: take the maximum',
    labels: { queue: undefined, state: ['waiting', 'in_flight', 'delayed'] },
    group: 'queue',
    processes: ['consumer'],
  },
  waybill_queue_dead_messages: {
    kind: 'gauge',
    help: 'messages in the dead letters of a queue that the consumer has not taken yet; take the maximum',
    labels: { queue: undefined },
    group: 'queue',
    processes: ['consumer'],
  },
  waybill_messages_held: {
    kind: 'level',
    help: 'messages of a queue that are handled now',
    labels: { queue: undefined },
    group: 'queue',
    processes: ['consumer'],
  },
  waybill_message_seconds: {
    kind: 'histogram',
    help: 'handling of a message, by what became of it',
    labels: { queue: undefined, outcome: ['done', 'rejected', 'failed'] },
    group: 'queue',
    processes: ['consumer'],
  },
  waybill_dead_letters_total: {
    kind: 'counter',
    help: 'dead letters that this process found, by their class and the queue or type of workflow that they were for',
    labels: { class: DEAD_LETTER_CLASSES, queue: undefined },
    group: 'queue',
    processes: ['consumer'],
  },
  waybill_orders_placed_total: {
    kind: 'counter',
    help: 'orders, when their first event was counted',
    labels: {},
    group: 'business',
    processes: ['consumer'],
  },
  waybill_order_start_seconds: {
    kind: 'histogram',
    help: 'from received to the first shipment',
    labels: {},
    group: 'business',
    processes: ['consumer'],
    buckets: ORDER_SECONDS,
  },
  waybill_payments_total: {
    kind: 'counter',
    help: 'what payment companies said of orders: completed, failed, pending, refunded',
    labels: { outcome: ['completed', 'failed', 'pending', 'refunded'] },
    group: 'business',
    processes: ['consumer'],
  },
  waybill_charged_total: {
    kind: 'counter',
    help: 'money taken, in major units of its currency',
    labels: { currency: undefined },
    group: 'business',
    processes: ['consumer'],
  },
  waybill_refunded_total: {
    kind: 'counter',
    help: 'money given back, in major units of its currency',
    labels: { currency: undefined },
    group: 'business',
    processes: ['consumer'],
  },
  waybill_promises_total: {
    kind: 'counter',
    help: 'orders that came near the 30 minutes without a shipment, or past them',
    labels: { outcome: ['at_risk', 'breached'] },
    group: 'business',
    processes: ['consumer'],
  },
  waybill_reconciliation_findings: {
    kind: 'gauge',
    help: 'what did not add up in the last reconciliation that is through, by kind; take the maximum',
    labels: { kind: FINDING_KINDS },
    group: 'business',
    processes: ['worker'],
  },
  waybill_webhook_deliveries_total: {
    kind: 'counter',
    help: 'attempts at telling webhooks, by what came of them',
    labels: { outcome: ['delivered', 'failed', 'given_up', 'stopped'] },
    group: 'business',
    processes: ['worker'],
  },
  waybill_webhooks_disabled_total: {
    kind: 'counter',
    help: 'webhooks that were disabled because they are dead',
    labels: {},
    group: 'business',
    processes: ['worker'],
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof CATALOGUE;

/** The labels of a metric: each has to be given. */
export type LabelsOf<N extends MetricName> = {
  [L in keyof (typeof CATALOGUE)[N]['labels']]: (typeof CATALOGUE)[N]['labels'][L] extends readonly (infer V)[]
    ? V
    : string;
};
