import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { OrderEvent } from '../../domain/events';
import type { BackorderChange } from '../../domain/backorders';
import type { Posting } from '../../activities/ports';
import { projectEvents } from '../../domain/projection';
import { shardOf } from '../../domain/ids';
import { type StockMove, totalMoves } from '../../domain/inventory';

export interface TableNames {
  orders: string;
  events: string;
  view: string;
  inventory: string;
  warehouseStock: string;
  ledger: string;
  backorders: string;
}

/** Which part of a posting a row belongs to: tells what refused it. */
export type Part = 'order' | 'ledger' | 'stock' | 'event' | 'view';

type Row = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** The rows of a posting: all are written, or none. One of stock alone has no order. */
export function transactionOf(
  posting: Omit<Posting, 'orderId'> & { orderId?: string },
  tables: TableNames,
): { part: Part; item: Row }[] {
  const { order, orderId, ledger, effects = [], stock = [], backorders = [], events } = posting;
  const ofOrder = orderId === undefined ? {} : { orderId };
  const rows: { part: Part; item: Row }[] = [];
  if (order) rows.push({ part: 'order', item: putNew(tables.orders, { ...order }, 'orderId') });
  if (ledger) rows.push({ part: 'ledger', item: putNew(tables.ledger, { ...ledger, ...ofOrder }, 'key') });
  for (const effect of effects)
    rows.push({
      part: 'ledger',
      item: { Put: { TableName: tables.ledger, Item: { ...effect, ...ofOrder } } },
    });
  for (const { productId, warehouseId, ...move } of stock)
    rows.push({ part: 'stock', item: moveStock(tables.warehouseStock, { productId, warehouseId }, move) });
  for (const { productId, ...move } of totalMoves(stock))
    rows.push({ part: 'stock', item: moveStock(tables.inventory, { productId }, move) });
  for (const change of backorders) rows.push({ part: 'stock', item: moveBackorder(tables.backorders, change) });
  for (const event of events) rows.push({ part: 'event', item: putNew(tables.events, storedEvent(event), 'orderId') });
  if (events.length > 0) rows.push({ part: 'view', item: moveView(tables.view, events) });
  return rows;
}

/** The mark that an event has not been published yet: the partition of a sparse index. */
const storedEvent = (event: OrderEvent) => ({ ...event, unpublished: String(shardOf(event.orderId)) });

function putNew(TableName: string, Item: Record<string, unknown>, key: string): Row {
  return {
    Put: {
      TableName,
      Item,
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': key },
    },
  };
}

/**
 * Moves quantities; neither may fall below zero. Every product has its total; a warehouse that gets the first of one has
 * no row of it yet.
 */
function moveStock(
  TableName: string,
  Key: { productId: string; warehouseId?: string },
  { available, reserved }: Pick<StockMove, 'available' | 'reserved'>,
): Row {
  const conditions = [
    ...(Key.warehouseId === undefined ? ['attribute_exists(productId)'] : []),
    ...(available < 0 ? ['availableQuantity >= :takenAvailable'] : []),
    ...(reserved < 0 ? ['reservedQuantity >= :takenReserved'] : []),
  ];
  const values: Record<string, number> = { ':available': available, ':reserved': reserved, ':none': 0 };
  if (available < 0) values[':takenAvailable'] = -available;
  if (reserved < 0) values[':takenReserved'] = -reserved;
  return {
    Update: {
      TableName,
      Key,
      UpdateExpression:
        'SET availableQuantity = if_not_exists(availableQuantity, :none) + :available, ' +
        'reservedQuantity = if_not_exists(reservedQuantity, :none) + :reserved',
      ...(conditions.length > 0 && { ConditionExpression: conditions.join(' AND ') }),
      ExpressionAttributeValues: values,
    },
  };
}

function moveBackorder(TableName: string, { kind, backorder }: BackorderChange): Row {
  const { productId, entry, version } = backorder;
  const asRead = { ConditionExpression: 'version = :read', ExpressionAttributeValues: { ':read': version } };
  switch (kind) {
    case 'OPEN':
      return putNew(TableName, { ...backorder }, 'productId');
    case 'SET':
      return { Put: { TableName, Item: { ...backorder, version: version + 1 }, ...asRead } };
    case 'REMOVE':
      return { Delete: { TableName, Key: { productId, entry }, ...asRead } };
    default:
      return kind satisfies never;
  }
}

/** Moves the view with its events; only from the event before them. */
function moveView(TableName: string, events: readonly OrderEvent[]): Row {
  const { orderId, sequence } = events[0]!;
  const { set, remove, append, add } = projectEvents(events);
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const assign = (name: string, value: unknown, expression: (n: string, v: string) => string) => {
    names[`#${name}`] = name;
    values[`:${name}`] = value;
    return expression(`#${name}`, `:${name}`);
  };
  const sets = [
    ...Object.entries(set).map(([name, value]) => assign(name, value, (n, v) => `${n} = ${v}`)),
    ...Object.entries(append).map(([name, items]) =>
      assign(name, items, (n, v) => `${n} = list_append(if_not_exists(${n}, :none), ${v})`),
    ),
    ...Object.entries(add).map(([name, amount]) =>
      assign(name, amount, (n, v) => `${n} = if_not_exists(${n}, :zero) + ${v}`),
    ),
  ];
  for (const name of remove) names[`#${name}`] = name;
  const removes = remove.length > 0 ? ` REMOVE ${remove.map((name) => `#${name}`).join(', ')}` : '';
  Object.assign(values, { ':none': [], ':zero': 0 });
  if (sequence > 1) values[':before'] = sequence - 1;
  return {
    Update: {
      TableName,
      Key: { orderId },
      UpdateExpression: `SET ${sets.join(', ')}${removes}`,
      ConditionExpression: sequence > 1 ? '#sequence = :before' : 'attribute_not_exists(orderId)',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    },
  };
}
