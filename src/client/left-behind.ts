import type { Client } from '@temporalio/client';
import type { Arrival } from '../domain/dead-letter-desk';
import type { DeadLetterInput } from '../workflows/dead-letter-messages';
import { arrivedSignal, handledSignal } from '../workflows/dead-letter-messages';

/** What a run of a dead letter's workflow that ended in error leaves to the one in its place. */
export function leftBehind(events: readonly HistoryEvent[], client: Client): Omit<DeadLetterInput, 'id'> {
  const { payloadConverter } = client.options.loadedDataConverter;
  let { heard = [], isUntold = false }: Omit<DeadLetterInput, 'id'> = {};
  let alert: unknown;
  for (const event of events) {
    const { workflowExecutionStartedEventAttributes: started, workflowExecutionSignaledEventAttributes: signaled } =
      event;
    const { activityTaskScheduledEventAttributes: step, activityTaskCompletedEventAttributes: done } = event;
    const [payload] = (started ?? signaled)?.input?.payloads ?? [];
    if (started && payload) ({ heard = [], isUntold = false } = payloadConverter.fromPayload<DeadLetterInput>(payload));
    if (signaled && payload) {
      const news = payloadConverter.fromPayload<Arrival>(payload);
      if (signaled.signalName === arrivedSignal.name) heard = [...heard, { kind: 'ARRIVED', ...news }];
      if (signaled.signalName === handledSignal.name) heard = [...heard, { kind: 'HANDLED', n: news.n }];
    }
    // whoever writes that it is parked tells operations next
    if (step?.activityType?.name === 'saveDeadLetter') isUntold = true;
    if (step?.activityType?.name === 'alertDeadLetter') alert = Number(event.eventId);
    if (done && Number(done.scheduledEventId) === alert) isUntold = false;
  }
  return { ...(heard.length > 0 && { heard }), ...(isUntold && { isUntold }) };
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];
