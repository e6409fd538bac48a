import type { Static } from '@sinclair/typebox';
import type { OrderEvent } from '../../domain/events';
import type { OrderStory } from '../story-schemas';
import type { OrderView } from '../../domain/projection';
import { presentPayment } from '../present-parts';
import { toDecimal } from '../../domain/money';
import { valueKept } from '../../domain/order-books';

/** The money of an order, in decimals; all of it 0 before there is anything. */
export function moneyOf(
  view: OrderView | undefined,
  events: readonly OrderEvent[],
): Static<typeof OrderStory>['money'] {
  if (!view) return { charged: 0, refunded: 0, outstanding: 0, atStake: 0 };
  const { totalAmount, currency = '' } = view;
  const { charged, refunded, authorized, outstanding = 0, currency: code } = presentPayment(view);
  const atStake = Math.max(0, view.charged - view.refunded - (valueKept(events) ?? 0));
  return {
    ...(code !== undefined && { currency: code }),
    ...(totalAmount !== undefined && { total: toDecimal(totalAmount, currency) }),
    charged,
    refunded,
    ...(authorized !== undefined && { authorized }),
    outstanding,
    atStake: toDecimal(atStake, currency),
  };
}
