import { type Static, Type } from '@sinclair/typebox';
import { Quantity, Status, Time } from './schema-parts';
import { submissionExample } from '../contracts/examples';
import type { SandboxOrder } from './sandbox/orders';

const { orderId: _orderId, ...orderExample } = submissionExample;

export const SandboxScenarios = Type.Object(
  {
    scenarios: Type.Array(
      Type.Object({
        id: Type.String(),
        title: Type.String(),
        description: Type.String({ description: 'what happens, and what somebody can do about it' }),
        order: Type.Unsafe<SandboxOrder>({
          $ref: 'OrderSubmission#',
          description: 'a body for `POST /orders`; without an id, so that each time it is a new one',
        }),
      }),
    ),
  },
  {
    $id: 'SandboxScenarios',
    examples: [
      {
        scenarios: [
          { id: 'pm_ok', title: 'A plain sale', description: 'Everything is there: it ships.', order: orderExample },
        ],
      },
    ],
  },
);

const Mix = Type.Record(Type.String(), Type.Number({ exclusiveMinimum: 0, maximum: 1000 }), {
  minProperties: 1,
  description: 'how often each scenario comes, by its id, in proportion to the others',
});

const plan = {
  ratePerSecond: Type.Number({ minimum: 0.1, maximum: 50, description: 'orders a second' }),
  durationSeconds: Type.Integer({ minimum: 1, maximum: 600 }),
  mix: Mix,
};
const planExample = { ratePerSecond: 2, durationSeconds: 60, mix: { pm_ok: 8, pm_declined: 1, partial: 1 } };

export const LoadRequest = Type.Object(plan, {
  $id: 'LoadRequest',
  additionalProperties: false,
  examples: [planExample],
});

export const Load = Type.Object(
  {
    state: Type.Unsafe<'IDLE' | 'RUNNING'>({ type: 'string', enum: ['IDLE', 'RUNNING'] }),
    ...Type.Partial(Type.Object(plan)).properties,
    startedAt: Type.Optional(Time('of the load that is made, or was made last')),
    endsAt: Type.Optional(Time('when it is to end, or ended')),
    placed: Type.Integer({ description: 'orders that were taken' }),
    failed: Type.Integer({ description: 'orders that nobody confirmed; some may have been taken nevertheless' }),
    skipped: Type.Integer({
      description: 'orders that were due, and not placed because 200 before them were not answered yet',
    }),
    underWay: Type.Integer({ description: 'orders that are being placed' }),
    outcomes: Type.Array(Type.Object({ status: Status, orders: Quantity }), {
      description:
        'how the orders stood that were taken, when they were answered: INVENTORY_UNAVAILABLE says that the stock ran out',
    }),
    lastFailure: Type.Optional(Type.String({ description: 'why the last one failed that did' })),
  },
  {
    $id: 'Load',
    examples: [
      {
        state: 'RUNNING',
        ...planExample,
        startedAt: '2025-07-09T10:30:00.000Z',
        endsAt: '2025-07-09T10:31:00.000Z',
        placed: 11,
        failed: 0,
        skipped: 0,
        underWay: 1,
        outcomes: [{ status: 'RESERVED', orders: 11 }],
      },
    ],
  },
);
export type LoadRequest = Static<typeof LoadRequest>;
