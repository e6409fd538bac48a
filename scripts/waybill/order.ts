import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Static } from '@sinclair/typebox';
import type * as schemas from '../../src/gateway/schemas';
import { addChanges, orderPath, withKey } from './order-changes';
import { addStory } from './story';
import { type Desk, Misused } from './desk';
import { moreWith, queryOf, table, toSeconds } from './table';
import { SAMPLE_ORDER } from '../lib/sample-order';
import { Trouble } from '../bootstrap/trouble.cjs';
import { watchOrder } from './watch';

type Order = Static<typeof schemas.Order>;
type Page = Static<typeof schemas.OrderPage>;
type Placed = Static<typeof schemas.OrderPlaced>;

interface Placing {
  sample?: true;
  key: string;
  watch?: true;
  json?: true;
}

/** `waybill order`: places orders, shows them, and changes them. */
export function addOrder(program: Command, desk: Desk): void {
  const order = program.command('order').description('places orders, shows them, and changes them');

  const place = order
    .command('place [file]')
    .description('places an order of a JSON file, or of standard input with -; its body is that of POST /orders')
    .option('--sample', 'the order of the README instead')
    .option('--key <text>', 'sent again with it the order is the same one', randomUUID())
    .option('--watch', 'follows it');
  desk.command(place, 'order place --sample --watch', async (session, options: Placing, file?: string) => {
    const headers = { 'idempotency-key': options.key };
    const body = bodyOf(file, options.sample);
    const placed = await session.gateway.post<Placed>('/orders', body, headers).catch((error: unknown) => {
      throw withKey(error, options.key);
    });
    if (!(options.watch && options.json)) session.tell(placed, linesOfPlaced);
    return options.watch ? watchOrder(session, placed.orderId) : undefined;
  });

  const get = order.command('get <id>').description('where it stands, its money and its parcels');
  desk.command(get, 'order get ORD-2025-001234', async (session, _options, id) =>
    session.tell(await session.gateway.get<Order>(orderPath(id)), linesOfOrder),
  );

  const watch = order
    .command('watch <id>')
    .description('tells everything that happens to it, as it happens, until it is closed')
    .addHelpText('after', '\nWith --json it prints each event on a line of its own.');
  desk.command(watch, 'order watch ORD-2025-001234', async (session, _options, id) => watchOrder(session, id));

  const list = order
    .command('list [text]')
    .description('newest first; TEXT is an order, a tracking number, a customer or a product')
    .option('--status <status>')
    .option('--customer <id>')
    .option('--product <id>')
    .option('--tracking <number>')
    .option('--from <time>', 'created then or later, ISO 8601')
    .option('--to <time>', 'created then or before')
    .option('--limit <n>')
    .option('--cursor <cursor>', 'of the page before');
  type Filter = Partial<
    Record<'status' | 'customer' | 'product' | 'tracking' | 'from' | 'to' | 'limit' | 'cursor', string>
  >;
  desk.command(list, 'order list --status NEEDS_ATTENTION', async (session, given: Filter, text?: string) => {
    const { customer: customerId, product: productId, tracking: trackingNumber, ...rest } = given;
    const { status, from, to, limit, cursor } = rest;
    const query = queryOf({ q: text, customerId, productId, trackingNumber, status, from, to, limit, cursor });
    session.tell(await session.gateway.get<Page>(`/orders${query}`), linesOfPage);
  });

  addChanges(order, desk);
  addStory(order, desk);
}

/** @throws Trouble when there is none, or it is not JSON */
function bodyOf(file: string | undefined, sample: true | undefined): object {
  if ((file === undefined) !== (sample === true)) throw new Misused('order place: expected a file, - or --sample');
  if (file === undefined) return SAMPLE_ORDER;
  const text = read(file);
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new Trouble(`${file === '-' ? 'Standard input' : file} is not JSON: ${(error as Error).message}`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new Trouble(`${file} cannot be read: ${(error as Error).message}`);
  }
}

const linesOfPlaced = ({ orderId, status, unavailableItems = [] }: Placed): string[] => [
  `${orderId} is ${status}.`,
  ...unavailableItems.map(
    ({ productId, quantity, availableQuantity }) => `${productId}: ${quantity} ordered, ${availableQuantity} there`,
  ),
];

function linesOfOrder(order: Order): string[] {
  const { orderId, status, summary, customerId, totalAmount, currency = '', payment, shipments, links } = order;
  const asked = Object.keys(links.actions);
  return [
    `${orderId}  ${status}  ${summary}`,
    ...(totalAmount === undefined ? [] : [`customer ${customerId ?? '–'}, ${totalAmount} ${currency}`]),
    `charged ${payment.charged} ${currency}, refunded ${payment.refunded} ${currency}`.replaceAll(/ +(?=,|$)/g, ''),
    ...shipments.map(
      ({ carrier, trackingNumber, items, status: parcel }) =>
        `${carrier} ${trackingNumber}  ${parcel}  ${items.map(({ quantity, productId }) => `${quantity} × ${productId}`).join(', ')}`,
    ),
    ...order.states.map(({ name, enteredAt, exitedAt }) => `${enteredAt}  ${name}${exitedAt === null ? ' …' : ''}`),
    ...(asked.length > 0 ? [`It can be asked for: ${asked.join(', ')}.`] : []),
  ];
}

function linesOfPage({ orders, cursor }: Page, width?: number): string[] {
  if (orders.length === 0 && cursor === undefined) return ['There are no such orders.'];
  const rows = orders.map(({ orderId, status, customerId = '–', totalAmount, currency = '', createdAt }) => [
    orderId,
    status,
    customerId,
    totalAmount === undefined ? '–' : `${totalAmount} ${currency}`,
    toSeconds(createdAt),
  ]);
  return [...table(['ORDER', 'STATUS', 'CUSTOMER', 'TOTAL', 'CREATED'], rows, width), ...moreWith(cursor)];
}
