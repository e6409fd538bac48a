import { type Static, Type } from '@sinclair/typebox';
import { Amount, Currency, oneOf, Quantity, Status, Time } from './schema-parts';
import { BREAKER_STATES, DEPENDENCIES } from '../domain/breaker';
import { STATES } from '../domain/states';
import { storyExample } from './story-example';

export const TIMELINE_KINDS = [
  'step',
  'money',
  'stock',
  'parcel',
  'message',
  'wait',
  'trouble',
  'action',
  'end',
] as const;

const State = oneOf(STATES);

/** Who asked for something, and why. */
const Operator = Type.Object({ by: Type.String(), reason: Type.Optional(Type.String()) });

export const OrderStory = Type.Object(
  {
    orderId: Type.String(),
    status: Status,
    sequence: Type.Integer({ description: 'of the last event that is in it; 0 while there is none' }),
    summary: Type.String({ description: 'where it stands, in a sentence' }),
    stuck: Type.Optional(
      Type.Object(
        {
          sentence: Type.String({ description: 'why it does not go on, and what to do, in a sentence' }),
          kind: oneOf(['waiting', 'decision', 'trouble']),
          since: Time('since when'),
          until: Type.Optional(Time('when it goes on by itself, or is tried again')),
          remedy: Type.Optional(oneOf(['decision', 'resolution', 'reset-breaker', 'redrive', 'start-worker'])),
          dependency: Type.Optional(oneOf(DEPENDENCIES, 'the company, with `reset-breaker`')),
          deadLetterId: Type.Optional(Type.String({ description: 'the dead letter, with `redrive`' })),
        },
        { description: 'absent for an order that makes progress or has ended' },
      ),
    ),
    map: Type.Object(
      {
        states: Type.Array(
          Type.Object({
            name: State,
            visits: Type.Integer({ description: '0: the order was not there' }),
            enteredAt: Type.Optional(Time('the first time')),
            leftAt: Type.Optional(Time('the last time')),
            attempts: Type.Optional(Type.Integer({ description: 'the most at one visit, where more than one' })),
            isCurrent: Type.Optional(Type.Boolean()),
          }),
        ),
        edges: Type.Array(
          Type.Object({ from: State, to: State, taken: Type.Integer({ description: 'how often the order took it' }) }),
        ),
      },
      { description: 'the whole state machine, and the way that the order took through it' },
    ),
    timeline: Type.Array(
      Type.Object({
        at: Time('when'),
        sequence: Type.Integer({ description: 'of the event' }),
        kind: oneOf(TIMELINE_KINDS),
        title: Type.String({ description: 'in plain words' }),
        detail: Type.Optional(Type.String()),
        operator: Type.Optional(Operator),
      }),
      { description: 'oldest first' },
    ),
    pending: Type.Array(
      Type.Object({
        step: Type.String({ description: 'the activity, in the words of the state machine where it is one' }),
        attempt: Quantity,
        isRunning: Type.Boolean(),
        lastError: Type.Optional(Type.String()),
        nextTryAt: Type.Optional(Time('while it waits')),
        since: Type.Optional(Time('when its attempt began, or was given out; absent while it waits')),
      }),
      {
        description:
          'what the engine is about to do; asked only of an open order without progress, at most once in 10 s',
      },
    ),
    pendingAt: Type.Optional(Time('when the engine said so; absent while it was not asked, or gave no answer')),
    breakers: Type.Array(
      Type.Object({
        dependency: oneOf(DEPENDENCIES),
        state: oneOf(BREAKER_STATES),
        openUntil: Type.Optional(Time('when it is tried again')),
      }),
      { description: 'those that are not closed and that the order needs' },
    ),
    money: Type.Object({
      currency: Type.Optional(Currency),
      total: Type.Optional(Amount('of the order')),
      charged: Amount('taken'),
      refunded: Amount('given back'),
      authorized: Type.Optional(Amount('held, and not taken')),
      outstanding: Amount('still to be taken, as in the order'),
      atStake: Amount('taken, not given back, and not for goods that the customer keeps'),
    }),
    notifications: Type.Array(
      Type.Object({
        at: Time('of the event'),
        key: Type.String(),
        about: Type.String({ description: 'in plain words' }),
      }),
      { description: 'what the customer is told of, once each, on the channels that count for the order' },
    ),
    links: Type.Object({
      self: Type.String(),
      events: Type.String(),
      workflow: Type.Optional(
        Type.String({ description: "the workflow in Temporal's page, where TEMPORAL_UI_URL is set" }),
      ),
      trace: Type.Optional(Type.String({ description: 'the trace of what placed it, where TRACE_URL is set' })),
    }),
  },
  { $id: 'OrderStory', examples: [storyExample] },
);
export type OrderStory = Static<typeof OrderStory>;
