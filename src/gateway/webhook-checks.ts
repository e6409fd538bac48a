import type { EventType } from '../domain/events';
import type { ValidationError } from '../domain/order';
import { isPlainText } from '../domain/order';
import { PUBLIC_EVENTS } from '../domain/webhooks';
import { ProblemError } from './problem';
import { webhookUrlProblem } from '../domain/webhook-address';

interface Wanted {
  url?: string | undefined;
  events?: string[] | null | undefined;
  owner?: string | undefined;
  customerId?: string | undefined;
  description?: string | null | undefined;
}

/**
 * What is wanted of a webhook, once its values are right; each event once.
 *
 * @throws ProblemError webhook_invalid, with everything that is wrong
 */
export function checkWebhook<T extends Wanted>(
  { events, ...wanted }: T,
  p: { allowPrivate: boolean },
): Omit<T, 'events'> & { events?: EventType[] | null } {
  const errors: ValidationError[] = [];
  const fail = (pointer: string, code: string, detail: string) => void errors.push({ pointer, code, detail });
  const problem = wanted.url === undefined ? undefined : webhookUrlProblem(wanted.url, p);
  if (problem !== undefined) fail('/url', 'invalid', problem);
  for (const name of ['owner', 'customerId', 'description'] as const)
    if (!isPlainText(wanted[name] ?? '')) fail(`/${name}`, 'invalid', 'expected a text without control characters');
  for (const [i, event] of (events ?? []).entries())
    if (!isPublic(event)) fail(`/events/${i}`, 'unknown', `expected one of ${PUBLIC_EVENTS.join(', ')}`);
  if (errors.length > 0) throw refused(errors);
  if (events === undefined) return wanted;
  return { ...wanted, events: events && [...new Set(events.filter(isPublic))] };
}

const isPublic = (event: string): event is EventType => PUBLIC_EVENTS.some((type) => type === event);

const refused = (errors: ValidationError[]) =>
  new ProblemError('webhook_invalid', {
    detail: `the webhook is not taken: ${errors.map(({ pointer, detail }) => `${pointer}: ${detail}`)[0]}`,
    errors,
  });
