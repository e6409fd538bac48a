import type { Client } from '@temporalio/client';
import type { Arrival } from '../domain/dead-letter-desk';
import { arrivedSignal, type DeadLetterInput, handedOnSignal, handledSignal } from '../workflows/dead-letter-messages';
import type { HandedOn, LeftBehind } from '../workflows/dead-letter-messages';

/** What a run of a dead letter's workflow that ended in error leaves to the one in its place. */
export function leftBehind(events: readonly HistoryEvent[], client: Client): LeftBehind {
  const { payloadConverter } = client.options.loadedDataConverter;
  let { heard = [], isUntold = false }: LeftBehind = {};
  let alert: unknown;
  for (const event of events) {
    const { workflowExecutionStartedEventAttributes: started, workflowExecutionSignaledEventAttributes: signaled } =
      event;
    const { activityTaskScheduledEventAttributes: step, activityTaskCompletedEventAttributes: done } = event;
    const [payload] = (started ?? signaled)?.input?.payloads ?? [];
    if (started && payload) ({ heard = [], isUntold = false } = payloadConverter.fromPayload<DeadLetterInput>(payload));
    if (signaled && payload) {
      const news = payloadConverter.fromPayload<Arrival & HandedOn>(payload);
      if (signaled.signalName === arrivedSignal.name) heard = [...heard, { kind: 'ARRIVED', ...news }];
      if (signaled.signalName === handledSignal.name) heard = [...heard, { kind: 'HANDLED', n: news.n }];
      if (signaled.signalName === handedOnSignal.name) {
        heard = [...heard, ...(news.heard ?? [])];
        isUntold ||= news.isUntold ?? false;
      }
    }
    // whoever writes that it is parked tells operations next
    if (step?.activityType?.name === 'saveDeadLetter') isUntold = true;
    if (step?.activityType?.name === 'alertDeadLetter') alert = Number(event.eventId);
    if (done && Number(done.scheduledEventId) === alert) isUntold = false;
  }
  return { ...(heard.length > 0 && { heard }), ...(isUntold && { isUntold }) };
}

/** How many runs in a row failed, this one included: it is the first again when it did something, or was at rest. */
export function failuresUntil(events: readonly HistoryEvent[], client: Client): number {
  const { payloadConverter } = client.options.loadedDataConverter;
  const [payload] = events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const before = (payload && payloadConverter.fromPayload<DeadLetterInput>(payload).failures) || 0;
  const hasFailed = events.some((event) => event.workflowExecutionFailedEventAttributes);
  const stepOf = new Map(
    events.map((event) => [Number(event.eventId), event.activityTaskScheduledEventAttributes?.activityType?.name]),
  );
  const done = events.flatMap(({ activityTaskCompletedEventAttributes: completed }) =>
    completed ? [stepOf.get(Number(completed.scheduledEventId))] : [],
  );
  // reading the record is all that one does that fails again and again
  const wasWell = done.some((step) => step !== 'openDeadLetter' || !hasFailed);
  return (wasWell ? 0 : before) + (hasFailed ? 1 : 0);
}

/** Whether a run was handed on what another one left. */
export function wasHandedOn(events: readonly HistoryEvent[], { client, from }: { client: Client; from: string }) {
  const { payloadConverter } = client.options.loadedDataConverter;
  return events.some(({ workflowExecutionSignaledEventAttributes: signaled }) => {
    const [payload] = signaled?.input?.payloads ?? [];
    if (signaled?.signalName !== handedOnSignal.name || !payload) return false;
    return payloadConverter.fromPayload<HandedOn>(payload).runId === from;
  });
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];
