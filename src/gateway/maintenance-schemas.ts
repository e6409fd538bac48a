import { Type } from '@sinclair/typebox';
import { CASE_STATES } from '../domain/cases';
import { FINDING_KINDS } from '../domain/reconciliation';
import { ORDER_ID_PATTERN } from '../domain/ids';
import { VIEW_FAULTS } from '../domain/view-difference';
import { Amount, Currency, oneOf, Time } from './schema-parts';

const ORDER_ID = 'ORD-2025-001234';
const at = (minute: string) => `2025-07-09T10:${minute}:00Z`;

/** Who asks, or decides: kept with what was done. */
const By = Type.String({
  minLength: 1,
  maxLength: 128,
  pattern: '^[^\\u0000-\\u001f]*\\S[^\\u0000-\\u001f]*$',
  description: 'who asks for it',
});
const OrderIdInBody = Type.String({ pattern: ORDER_ID_PATTERN, description: 'only this order' });
const Self = Type.Object({ self: Type.String() });
const RunState = oneOf(['RUNNING', 'DONE', 'FAILED'], '`FAILED`: somebody ended it in the engine');

export const RebuildRequest = Type.Object(
  {
    by: By,
    dryRun: Type.Optional(Type.Boolean({ description: 'only finds, and changes nothing' })),
    orderId: Type.Optional(OrderIdInBody),
    prune: Type.Optional(
      Type.Boolean({ description: 'also removes views without events, and sets back those that are ahead of them' }),
    ),
  },
  { $id: 'RebuildRequest', additionalProperties: false, examples: [{ by: 'night shift', dryRun: true }] },
);

export const ReconciliationRequest = Type.Object(
  {
    by: By,
    full: Type.Optional(
      Type.Boolean({ description: 'looks at all orders, not only at those that are open or changed lately' }),
    ),
  },
  { $id: 'ReconciliationRequest', additionalProperties: false, examples: [{ by: 'night shift', full: true }] },
);

export const MaintenanceStarted = Type.Object(
  {
    state: Type.Literal('RUNNING'),
    joined: Type.Boolean({ description: 'there was one already, which was asked for the same' }),
    links: Self,
  },
  {
    $id: 'MaintenanceStarted',
    examples: [{ state: 'RUNNING', joined: false, links: { self: '/maintenance/rebuild-view' } }],
  },
);

const FieldValue = Type.Union([Type.String(), Type.Number()]);

const FoundDifference = Type.Object({
  orderId: Type.String(),
  fault: oneOf(
    VIEW_FAULTS,
    '`VIEW_AHEAD`, `VIEW_WITHOUT_EVENTS`: mended only with `prune`. `EVENTS_MISSING`: never, for nobody knows what they told',
  ),
  fields: Type.Array(
    Type.Object({ field: Type.String(), before: Type.Optional(FieldValue), after: Type.Optional(FieldValue) }),
    { description: 'what differs; values as stored, money in minor units, and none that tells of a person' },
  ),
  missing: Type.Optional(Type.Array(Type.Integer(), { description: 'numbers of the events that are not there' })),
  mended: Type.Boolean(),
});

export const Rebuild = Type.Object(
  {
    state: RunState,
    by: Type.Optional(Type.String()),
    orderId: Type.Optional(Type.String()),
    dryRun: Type.Optional(Type.Boolean()),
    prune: Type.Optional(Type.Boolean()),
    startedAt: Type.Optional(Time('when it began')),
    finishedAt: Type.Optional(Time('when it was through')),
    orders: Type.Optional(Type.Integer({ description: 'that were looked at' })),
    differences: Type.Optional(Type.Integer({ description: 'orders whose view was not what their events say' })),
    mended: Type.Optional(Type.Integer({ description: 'of them' })),
    found: Type.Optional(Type.Array(FoundDifference, { description: 'the first 500' })),
  },
  {
    $id: 'Rebuild',
    description: 'Without numbers while no worker is there to tell them.',
    examples: [
      {
        state: 'DONE',
        by: 'night shift',
        dryRun: false,
        prune: false,
        startedAt: at('30'),
        finishedAt: at('31'),
        orders: 5012,
        differences: 1,
        mended: 1,
        found: [
          {
            orderId: ORDER_ID,
            fault: 'VIEW_DIFFERS',
            fields: [{ field: 'status', before: 'PAID', after: 'SHIPPED' }],
            mended: true,
          },
        ],
      },
    ],
  },
);

const Facts = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
  description: 'what was expected and what there was; money in decimal major units',
});

const findingMembers = {
  kind: oneOf([...FINDING_KINDS, 'NEEDS_ATTENTION'] as const),
  subject: Type.String({ description: 'an order, a charge, a product, or a product at a warehouse' }),
  orderId: Type.Optional(Type.String()),
  productId: Type.Optional(Type.String()),
  facts: Facts,
  amount: Type.Optional(Amount('at stake')),
  currency: Type.Optional(Currency),
};

const findingExample = {
  kind: 'CHARGE_NOT_ACCOUNTED',
  subject: `charge#${ORDER_ID}#1`,
  orderId: ORDER_ID,
  facts: { taken: 59.98, refunded: 0, currency: 'USD', accountedTaken: 0, accountedRefunded: 0 },
  amount: 59.98,
  currency: 'USD',
};

export const Reconciliation = Type.Object(
  {
    state: Type.Optional(oneOf(['RUNNING', 'DONE', 'FAILED'], 'of the last one that somebody asked for')),
    runId: Type.Optional(Type.String({ description: 'of that one' })),
    report: Type.Optional(
      Type.Object(
        {
          runId: Type.String(),
          by: Type.String({ description: 'who asked for it; `schedule` by the clock' }),
          full: Type.Boolean({ description: 'all orders were looked at' }),
          startedAt: Time('when it began'),
          finishedAt: Time('when it was through'),
          orders: Type.Integer(),
          charges: Type.Integer(),
          findings: Type.Record(Type.String(), Type.Integer(), { description: 'how many of each kind' }),
          found: Type.Array(Type.Object({ caseId: Type.String(), ...findingMembers }), {
            description: 'the first 200',
          }),
          repaired: Type.Integer({ description: 'views that were made again' }),
          opened: Type.Integer({ description: 'cases' }),
          closed: Type.Integer({ description: 'cases of what is gone' }),
          undecided: Type.Array(Type.String(), {
            description: 'products that nothing is said of: they moved each time, or events of an order are missing',
          }),
          unasked: Type.Array(Type.String(), {
            description:
              'orders of which a payment could not be asked for at the payment company, 1000 at most; the next run asks again',
          }),
        },
        { description: 'of the last one that is through, whoever asked for it' },
      ),
    ),
  },
  {
    $id: 'Reconciliation',
    examples: [
      {
        state: 'DONE',
        runId: '0198a2b4-1c2d-7e3f-8a4b-5c6d7e8f9a0b',
        report: {
          runId: '0198a2b4-1c2d-7e3f-8a4b-5c6d7e8f9a0b',
          by: 'night shift',
          full: true,
          startedAt: at('30'),
          finishedAt: at('31'),
          orders: 5012,
          charges: 4711,
          findings: { CHARGE_NOT_ACCOUNTED: 1 },
          found: [{ caseId: `CHARGE_NOT_ACCOUNTED#charge#${ORDER_ID}#1`, ...findingExample }],
          repaired: 0,
          opened: 1,
          closed: 0,
          undecided: [],
          unasked: [],
        },
      },
    ],
  },
);

export const Case = Type.Object(
  {
    caseId: Type.String({ description: '`<kind>#<subject>`: the same each time it is found' }),
    ...findingMembers,
    state: oneOf(CASE_STATES),
    openedAt: Time('of this opening'),
    firstSeenAt: Type.Optional(Time('when it was found for the first time')),
    lastSeenAt: Time('when it was found last'),
    seen: Type.Optional(Type.Integer({ description: 'in how many reconciliations' })),
    openings: Type.Optional(Type.Integer({ description: 'how often it was opened' })),
    closedAt: Type.Optional(Time('when it was closed')),
    closedBy: Type.Optional(Type.String({ description: '`reconciliation`: it was not found any more' })),
    reason: Type.Optional(Type.String({ description: 'why it was closed' })),
    links: Type.Record(Type.String(), Type.String(), { description: 'what can be looked at, and done' }),
  },
  {
    $id: 'Case',
    examples: [
      {
        caseId: `CHARGE_NOT_ACCOUNTED#charge#${ORDER_ID}#1`,
        ...findingExample,
        state: 'OPEN',
        openedAt: at('31'),
        firstSeenAt: at('31'),
        lastSeenAt: at('46'),
        seen: 2,
        openings: 1,
        links: {
          self: `/cases/CHARGE_NOT_ACCOUNTED%23charge%23${ORDER_ID}%231`,
          order: `/orders/${ORDER_ID}`,
          events: `/orders/${ORDER_ID}/events`,
          close: `/cases/CHARGE_NOT_ACCOUNTED%23charge%23${ORDER_ID}%231/close`,
        },
      },
    ],
  },
);

export const CasePage = Type.Object(
  {
    cases: Type.Array(Type.Unsafe<{ caseId: string }>({ $ref: 'Case#' })),
    cursor: Type.Optional(Type.String({ description: 'of the next page; absent on the last' })),
  },
  { $id: 'CasePage', examples: [{ cases: Case['examples'] as object[] }] },
);

export const CaseClosing = Type.Object(
  {
    by: By,
    reason: Type.String({
      minLength: 1,
      maxLength: 256,
      pattern: '^[^\\u0000-\\u001f]*\\S[^\\u0000-\\u001f]*$',
      description: 'what was done about it, or why nothing is to be done',
    }),
  },
  {
    $id: 'CaseClosing',
    additionalProperties: false,
    examples: [{ by: 'night shift', reason: 'refunded at the company, reference 4711' }],
  },
);
