import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { checkTimestamp } from '../../domain/validation';
import { CustomerReport, HoursReport, MovementsReport } from '../report-schemas';
import { expectTime, invalidParameter } from '../parameters';
import { isPlainText, MAX_TEXT } from '../../domain/order';
import { presentHours, presentRevenue, totalMovements } from '../present-report';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Hours of one report: 31 days. */
const MAX_HOURS = 31 * 24;
const MAX_DAYS = 366;
/** what is shown of hours, and of days, when nobody says from when */
const USUAL_HOURS = 24;
const USUAL_DAYS = 31;

const customerSchema = {
  tags: ['reports'],
  operationId: 'reportCustomer',
  summary: 'Show what the orders of a customer add up to',
  description: 'All orders that the customer ever placed. Follows the events within seconds.',
  params: Type.Object({ customerId: Type.String({ description: 'the id of the customer' }) }),
  response: { 200: answer(CustomerReport, 'The totals'), ...problems('invalid_parameter') },
};

const hoursSchema = {
  tags: ['reports'],
  operationId: 'reportHours',
  summary: 'Show orders, success and revenue by hour',
  description:
    `By the UTC hour in which orders were placed, with everything that became of them since; at most ${MAX_HOURS / 24} days. ` +
    'The figures of an hour change until its last order is closed.',
  querystring: Type.Object({
    from: Type.Optional(Type.String({ description: `a time of the first hour; ${USUAL_HOURS} hours up to \`to\`` })),
    to: Type.Optional(Type.String({ description: 'a time of the last hour; now' })),
  }),
  response: { 200: answer(HoursReport, 'The figures'), ...problems('invalid_parameter') },
};

const movementsSchema = {
  tags: ['reports'],
  operationId: 'reportMovements',
  summary: 'Show how a product moved by day',
  description:
    `Units that orders reserved, gave back, shipped, and that came back of them, by UTC day; at most ${MAX_DAYS} days. ` +
    'What is set aside for orders that wait counts when they go on; deliveries into stock are none of any order.',
  params: Type.Object({ productId: Type.String({ description: 'the id of the product' }) }),
  querystring: Type.Object({
    from: Type.Optional(Type.String({ description: `the first day; ${USUAL_DAYS} days up to \`to\`` })),
    to: Type.Optional(Type.String({ description: 'the last day; today' })),
  }),
  response: { 200: answer(MovementsReport, 'The units'), ...problems('invalid_parameter') },
};

/** `GET /reports/…`: what the events add up to. */
export function reportRoutes(app: FastifyInstance, { reports }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  routes.get('/reports/customers/:customerId', { schema: customerSchema }, async ({ params }) => {
    const customerId = expectId(params.customerId, '/customerId');
    const { orders, money } = await reports.customer(customerId);
    return { customerId, orders, revenue: presentRevenue(money) };
  });

  routes.get('/reports/hours', { schema: hoursSchema }, async ({ query }) => {
    const to = floorTo(HOUR_MS, query.to === undefined ? Date.now() : expectTime(query.to, '/to'));
    const from =
      query.from === undefined ? to - (USUAL_HOURS - 1) * HOUR_MS : floorTo(HOUR_MS, expectTime(query.from, '/from'));
    expectRange((to - from) / HOUR_MS + 1, MAX_HOURS, 'hours');
    const hours = await reports.hours({ from: hourOf(from), to: hourOf(to) });
    return {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      total: presentHours(hours),
      hours: hours.map((hour) => ({ hour: `${hour.hour}:00:00.000Z`, ...presentHours([hour]) })),
    };
  });

  routes.get('/reports/movements/:productId', { schema: movementsSchema }, async ({ params, query }) => {
    const productId = expectId(params.productId, '/productId');
    const to = query.to === undefined ? floorTo(DAY_MS, Date.now()) : expectDay(query.to, '/to');
    const from = query.from === undefined ? to - (USUAL_DAYS - 1) * DAY_MS : expectDay(query.from, '/from');
    expectRange((to - from) / DAY_MS + 1, MAX_DAYS, 'days');
    const range = { from: dayOf(from), to: dayOf(to) };
    const days = await reports.movements({ productId, ...range });
    return { productId, ...range, total: totalMovements(days), days };
  });
}

const floorTo = (unit: number, ms: number) => Math.floor(ms / unit) * unit;
const hourOf = (ms: number) => new Date(ms).toISOString().slice(0, 13);
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** @throws ProblemError for what no order's customer, and no product, can be called */
function expectId(text: string, pointer: string): string {
  if (text !== '' && text.length <= MAX_TEXT && isPlainText(text)) return text;
  throw invalidParameter(pointer, `expected an id of 1 to ${MAX_TEXT} characters`);
}

function expectDay(text: string, pointer: string): number {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? checkTimestamp(`${text}T00:00:00Z`, () => undefined) : undefined;
  if (time === undefined) throw invalidParameter(pointer, 'expected a day such as 2025-07-09');
  return Date.parse(time);
}

/** @throws ProblemError for a range that is none, or too long */
function expectRange(length: number, max: number, units: string): void {
  if (length < 1) throw invalidParameter('/from', 'expected a time that is not after `to`');
  if (length > max) throw invalidParameter('/from', `expected at most ${max} ${units} up to \`to\`, got ${length}`);
}
