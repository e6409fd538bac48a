import type { Static } from '@sinclair/typebox';
import type { OrderEvent } from '../../domain/events';
import type { OrderStory } from '../story-schemas';
import {
  isToldEvent,
  notificationOf,
  type PublicDetail,
  shippedNotification,
  type ToldEvent,
} from '../../domain/notifications';
import { publicData } from '../../domain/events';

type Told = Static<typeof OrderStory>['notifications'][number];

/** What the customer is told of by the order's events, each of it once, oldest first. */
export function toldOf(events: readonly OrderEvent[]): Told[] {
  const told = new Map<string, Told>();
  for (const event of events) {
    const notification = notificationFor(event);
    if (!notification || told.has(notification.key)) continue;
    const { key, subject: about } = notification;
    told.set(key, { at: event.at, key, about });
  }
  return [...told.values()];
}

function notificationFor(event: OrderEvent) {
  const { orderId, type } = event;
  if (type === 'Customer Notified') return shippedNotification({ orderId, key: event.data.notificationKey, text: '' });
  const detail = { ...publicData(event), orderId } as unknown as PublicDetail<ToldEvent>;
  return isToldEvent(type) ? notificationOf(type, detail) : undefined;
}
