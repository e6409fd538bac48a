import { Type } from '@sinclair/typebox';
import { Amount, Currency, Quantity, Time } from './schema-parts';
import { MOVEMENTS, STANDINGS } from '../domain/projections';
import * as examples from './report-examples';

const counts = <Name extends string>(names: readonly Name[], description: string) =>
  Type.Object(Object.fromEntries(names.map((name) => [name, Quantity])) as Record<Name, typeof Quantity>, {
    description,
  });

const Orders = counts(
  ['placed', ...STANDINGS],
  'orders that were placed, and how they stand now: each under one of these',
);

const Revenue = Type.Array(
  Type.Object({
    currency: Currency,
    charged: Amount('that was taken'),
    refunded: Amount('that went back'),
    net: Amount('the difference'),
  }),
  { description: 'one for each currency' },
);

const figures = {
  orders: Orders,
  successRate: Type.Optional(
    Type.Number({
      description:
        'of the orders that are not open any more, the share that is shipped or delivered, 0 to 1; absent where all are open',
    }),
  ),
  averageStartSeconds: Type.Optional(
    Type.Number({ description: 'from received to shipping started; absent where nothing shipped' }),
  ),
  revenue: Revenue,
};

export const CustomerReport = Type.Object(
  { customerId: Type.String(), orders: Orders, revenue: Revenue },
  { $id: 'CustomerReport', examples: [examples.customerReportExample] },
);

export const HoursReport = Type.Object(
  {
    from: Time('the first hour'),
    to: Time('the last hour'),
    total: Type.Object(figures, { description: 'of all of them' }),
    hours: Type.Array(Type.Object({ hour: Time('its beginning'), ...figures }), {
      description: 'oldest first; without those in which no order was placed',
    }),
  },
  { $id: 'HoursReport', examples: [examples.hoursReportExample] },
);

const Day = Type.String({ format: 'date' });

export const MovementsReport = Type.Object(
  {
    productId: Type.String(),
    from: Day,
    to: Day,
    total: counts(MOVEMENTS, 'units, on all of them'),
    days: Type.Array(Type.Composite([Type.Object({ day: Day }), counts(MOVEMENTS, 'units')]), {
      description: 'oldest first; without those on which nothing moved',
    }),
  },
  { $id: 'MovementsReport', examples: [examples.movementsReportExample] },
);

export const REPORTS = [CustomerReport, HoursReport, MovementsReport];
