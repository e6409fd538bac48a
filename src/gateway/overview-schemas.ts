import { type Static, Type } from '@sinclair/typebox';
import { Amount, Currency, oneOf, Quantity, Status, Time } from './schema-parts';
import { BREAKER_STATES, DEPENDENCIES } from '../domain/breaker';
import { DEAD_LETTER_CLASSES } from '../domain/dead-letters';
import { overviewExample } from './overview-example';
import { STANDINGS } from '../domain/projections';

const Revenue = Type.Array(
  Type.Object({ currency: Currency, charged: Amount('that was taken'), refunded: Amount('that went back') }),
);

const figures = {
  placed: Quantity,
  standings: Type.Object(
    Object.fromEntries(STANDINGS.map((name) => [name, Quantity])) as Record<
      (typeof STANDINGS)[number],
      typeof Quantity
    >,
  ),
  successRate: Type.Optional(
    Type.Number({ description: 'shipped or delivered of those not open any more, 0 to 1; absent where all are open' }),
  ),
  averageStartSeconds: Type.Optional(Type.Number({ description: 'from received to shipping started' })),
  revenue: Revenue,
};

/** An order in a list of what somebody should look at. */
const Watched = Type.Object({
  orderId: Type.String(),
  status: Status,
  since: Time('since when it is so'),
  until: Type.Optional(Time('when it goes on by itself')),
  reason: Type.String({ description: 'in a sentence' }),
});

export const Overview = Type.Object(
  {
    at: Time('when it was put together'),
    states: Type.Array(Type.Object({ status: Status, orders: Quantity }), {
      description: 'how many orders have each status now; every status, in the order of an order’s life',
    }),
    hours: Type.Array(Type.Object({ hour: Time('its beginning, UTC'), ...figures }), {
      description: 'the last 24, oldest first, those without orders included; the last one is the current hour',
    }),
    lastHour: Type.Object(figures, { description: 'of the current hour and the one before it together' }),
    promise: Type.Object(
      {
        atRisk: Type.Integer({ description: 'counted up to some 4000, as those below are' }),
        breached: Quantity,
        orders: Type.Array(Watched, { description: 'the oldest, at most 10' }),
      },
      { description: 'open orders that did not start to ship within 20, and within 30, minutes' },
    ),
    attention: Type.Object({
      orders: Quantity,
      openCases: Quantity,
      oldest: Type.Array(Watched, { description: 'orders of which something cannot be undone, at most 10' }),
    }),
    decisions: Type.Object(
      {
        orders: Quantity,
        oldest: Type.Array(Watched, { description: 'the oldest, at most 10; `until`: decided without an answer' }),
      },
      { description: 'orders of which a part is there: the customer, or somebody for the customer, has to choose' },
    ),
    deadLetters: Type.Array(
      Type.Object({
        class: oneOf(DEAD_LETTER_CLASSES),
        parked: Type.Integer({ description: 'that wait for a person' }),
        waiting: Type.Integer({ description: 'that are tried again by themselves, or are on their way' }),
      }),
      { description: 'every class; up to 1000 in each state are counted' },
    ),
    breakers: Type.Array(
      Type.Object({
        dependency: oneOf(DEPENDENCIES),
        state: oneOf(BREAKER_STATES),
        openUntil: Type.Optional(Time('when it is tried again')),
      }),
    ),
    queues: Type.Array(
      Type.Object({
        queue: Type.String({ description: 'such as order-intake-queue' }),
        waiting: Quantity,
        inFlight: Quantity,
        dead: Type.Integer({ description: 'messages in its dead-letter queue that nobody has taken yet' }),
      }),
    ),
    workers: Type.Array(
      Type.Object({
        queue: Type.String({ description: 'a task queue of the engine: that of the orders, and that of webhooks' }),
        workers: Type.Integer({ description: 'that asked for its tasks in the last 90 s' }),
        waiting: Type.Optional(
          Type.Integer({ description: 'tasks that nobody has taken; absent where the engine is too old to say' }),
        ),
        waitingSeconds: Type.Optional(
          Type.Integer({
            description: 'for which the oldest of them has waited: workers that only ask leave it waiting',
          }),
        ),
      }),
    ),
    unavailable: Type.Array(Type.String(), {
      description:
        'parts that could not be read just now, of `states`, `hours`, `promise`, `attention`, `decisions`, `cases`, ' +
        '`deadLetters`, `breakers`, `queues`, `workers`: what is shown of them is as old as their last reading, or empty',
    }),
  },
  { $id: 'Overview', examples: [overviewExample] },
);
export type Overview = Static<typeof Overview>;
