/** `page`: somebody has to look now; `ticket`: somebody has to look today. */
export type Severity = 'page' | 'ticket';

/** When somebody is told. Counts are of the window, shares are parts of 1, times are seconds. */
export interface Limit {
  severity: Severity;
  /** told of what is above it, or below it */
  above?: number;
  below?: number;
  /** the window that is looked at, in minutes; absent: what is now */
  minutes?: number;
  /** how long it has to be so before somebody is told, in minutes; absent: not at all */
  forMinutes?: number;
}

/** The limits of every alert, by its name: for the rules of Prometheus and the alarms of CloudWatch alike. */
export const LIMITS = {
  WorkflowTasksWait: { above: 0.2, minutes: 5, forMinutes: 5, severity: 'ticket' },
  ActivitiesWait: { above: 0.5, minutes: 5, forMinutes: 5, severity: 'ticket' },
  TaskSlotsExhausted: { below: 1, forMinutes: 5, severity: 'page' },
  NoPollers: { below: 1, forMinutes: 5, severity: 'page' },
  WorkflowTasksFail: { above: 0, minutes: 5, forMinutes: 2, severity: 'page' },
  EngineCallsFail: { above: 30, minutes: 5, forMinutes: 5, severity: 'page' },
  PollsFail: { above: 30, minutes: 5, forMinutes: 5, severity: 'page' },
  StickyCacheTooSmall: { above: 300, minutes: 5, forMinutes: 10, severity: 'ticket' },
  LocalActivitiesSlow: { above: 5, minutes: 5, forMinutes: 5, severity: 'ticket' },
  ProcessDown: { below: 1, forMinutes: 1, severity: 'page' },
  GatewayFails: { above: 0.01, minutes: 5, forMinutes: 5, severity: 'page' },
  AwsThrottles: { above: 30, minutes: 5, forMinutes: 5, severity: 'ticket' },
  AwsFails: { above: 0.05, minutes: 5, forMinutes: 5, severity: 'page' },
  OrderAtRisk: { above: 0, minutes: 15, severity: 'ticket' },
  PromiseBreached: { above: 0, minutes: 15, severity: 'page' },
  PaymentErrors: { above: 0.05, minutes: 5, forMinutes: 5, severity: 'page' },
  PaymentsDeclined: { above: 0.3, minutes: 30, forMinutes: 15, severity: 'ticket' },
  // of the states of a breaker 2 is open
  BreakerOpen: { above: 1, forMinutes: 1, severity: 'page' },
  ReconciliationFindings: { above: 0, forMinutes: 5, severity: 'ticket' },
  WebhooksGivenUp: { above: 0, minutes: 60, severity: 'ticket' },
  DeadLetters: { above: 10, minutes: 15, severity: 'ticket' },
  DeadLettersForPeople: { above: 0, minutes: 15, severity: 'page' },
  DeadLettersUnread: { above: 0, forMinutes: 5, severity: 'page' },
  QueueGrows: { above: 1000, forMinutes: 10, severity: 'ticket' },
  EventsOld: { above: 60, minutes: 10, forMinutes: 10, severity: 'ticket' },
  MessagesFail: { above: 60, minutes: 10, forMinutes: 10, severity: 'ticket' },
  EventsUnpublished: { above: 0, forMinutes: 5, severity: 'page' },
  EventsRefused: { above: 0, minutes: 60, severity: 'page' },
} as const satisfies Record<string, Limit>;

export type Alert = keyof typeof LIMITS;

/** The limit of an alert, with all that limits can have. */
export const limitOf = (alert: Alert): Limit => LIMITS[alert];
