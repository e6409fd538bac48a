import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Static } from '@sinclair/typebox';
import type * as schemas from '../../src/gateway/schemas';
import { type Acting, type Desk, Misused } from './desk';
import { moreWith, queryOf, table } from './table';
import { SAMPLE_ORDER } from '../lib/sample-order';
import { Trouble } from '../bootstrap/trouble.cjs';
import { watchOrder } from './watch';

type Order = Static<typeof schemas.Order>;
type Page = Static<typeof schemas.OrderPage>;
type Placed = Static<typeof schemas.OrderPlaced>;
type Changed = Static<typeof schemas.OrderCancelled>;

const pathOf = (orderId: string) => `/orders/${encodeURIComponent(orderId)}`;

interface Placing {
  sample?: true;
  key: string;
  watch?: true;
  json?: true;
}

interface Change extends Acting {
  key: string;
  choice?: string;
  action?: string;
  reference?: string;
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
  desk.command(place, async (session, options: Placing, file?: string) => {
    const headers = { 'idempotency-key': options.key };
    const body = bodyOf(file, options.sample);
    const placed = await session.gateway.post<Placed>('/orders', body, headers).catch((error: unknown) => {
      throw withKey(error, options.key);
    });
    if (!(options.watch && options.json)) session.tell(placed, linesOfPlaced);
    return options.watch ? watchOrder(session, placed.orderId) : undefined;
  });

  const get = order.command('get <id>').description('where it stands, its money and its parcels');
  desk.command(get, async (session, _options, id) =>
    session.tell(await session.gateway.get<Order>(pathOf(id)), linesOfOrder),
  );

  const watch = order
    .command('watch <id>')
    .description('tells everything that happens to it, as it happens, until it is closed')
    .addHelpText('after', '\nWith --json it prints each event on a line of its own.');
  desk.command(watch, async (session, _options, id) => watchOrder(session, id));

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
  desk.command(list, async (session, given: Filter, text?: string) => {
    const { customer: customerId, product: productId, tracking: trackingNumber, ...rest } = given;
    const { status, from, to, limit, cursor } = rest;
    const query = queryOf({ q: text, customerId, productId, trackingNumber, status, from, to, limit, cursor });
    session.tell(await session.gateway.get<Page>(`/orders${query}`), linesOfPage);
  });

  /** One that changes an order: sent again with its key, it is made once. */
  const change = (command: Command, path: string, bodyFrom: (options: Change) => object) => {
    const acting = desk
      .acting(command)
      .option('--key <text>', 'sent again with it the change is the same one', randomUUID());
    desk.command(acting, async (session, options: Change, id) => {
      const changed = await session.gateway
        .post<Changed>(`${pathOf(id)}/${path}`, bodyFrom(options), { 'idempotency-key': options.key })
        .catch((error: unknown) => {
          throw withKey(error, options.key);
        });
      session.tell(changed, linesOfChange);
    });
  };
  change(
    order.command('cancel <id>').description('what was taken is given back').requiredOption('--reason <text>', 'why'),
    'cancel',
    ({ by, reason }) => ({ by, reason }),
  );
  change(
    order
      .command('decide <id>')
      .description('what becomes of an order that is partly there')
      .requiredOption('--choice <choice>', 'SHIP_AVAILABLE, WAIT or CANCEL')
      .requiredOption('--reason <text>', 'why'),
    'decision',
    ({ by, reason, choice }) => ({ choice, by, reason }),
  );
  change(
    order
      .command('resolve <id>')
      .description('settles what an order cannot undo by itself')
      .requiredOption('--action <action>', 'RETRY, SKIP or SETTLE')
      .option('--reference <text>', 'with SETTLE: under which it was done by hand')
      .option('--reason <text>', 'why'),
    'resolution',
    ({ by, reason, action, reference }) => {
      if (action === 'SETTLE' && !reference?.trim())
        throw new Misused('order resolve: SETTLE takes --reference, under which it was done by hand');
      return { action, by, reason, reference };
    },
  );
}

/** Whoever does not know whether an order was placed, or a change made, sends it again under its key. */
function withKey(error: unknown, key: string): unknown {
  return error instanceof Trouble && /did not answer|Nothing answers| with 5\d\d\b/.test(error.message)
    ? new Trouble(`${error.message}\nSend it again with --key ${key}: then it is made once.`)
    : error;
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

const linesOfChange = ({ orderId, status, outcome, returnId }: Changed): string[] => {
  if (returnId !== undefined) return [`${orderId} comes back with return ${returnId}.`];
  if (outcome !== undefined || status === undefined) return [`${orderId} has taken it, and goes on by itself.`];
  return [`${orderId} is ${status}.`];
};

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
    ...order.states.map(
      ({ name, enteredAt, exitedAt }) => `${enteredAt}  ${name}${exitedAt === undefined ? ' …' : ''}`,
    ),
    ...(asked.length > 0 ? [`It can be asked for: ${asked.join(', ')}.`] : []),
  ];
}

function linesOfPage({ orders, cursor }: Page): string[] {
  if (orders.length === 0 && cursor === undefined) return ['There are no such orders.'];
  const rows = orders.map(({ orderId, status, customerId = '–', totalAmount, currency = '', createdAt }) => [
    orderId,
    status,
    customerId,
    totalAmount === undefined ? '–' : `${totalAmount} ${currency}`,
    createdAt,
  ]);
  return [...table(['ORDER', 'STATUS', 'CUSTOMER', 'TOTAL', 'CREATED'], rows), ...moreWith(cursor)];
}
