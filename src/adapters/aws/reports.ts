import { type DynamoDBDocumentClient, paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type {
  CustomerReport,
  HourReport,
  MoneyTotals,
  MovementReport,
  OrderCounts,
  Reports,
} from '../../gateway/ports';
import { MOVEMENTS, type RowKey, rows, STANDINGS } from '../../domain/projections';
import { reach } from './errors';
import { SHARDS } from './shards';

/** A row of counters: those that nothing was added to are absent. */
type Row = RowKey & Record<string, number | string | undefined>;

/** The projections as they are read: single partitions, the shards of a row added up. */
export function createReports({ db, table }: { db: DynamoDBDocumentClient; table: string }): Reports {
  const query = (input: Pick<QueryCommandInput, 'KeyConditionExpression' | 'ExpressionAttributeValues'>) =>
    reach(`reading ${table}`, async () => {
      const found: Row[] = [];
      for await (const { Items = [] } of paginateQuery({ client: db }, { TableName: table, ...input }))
        found.push(...(Items as Row[]));
      return found;
    });
  const queryBetween = (id: string, from: string, to: string) =>
    query({
      KeyConditionExpression: 'id = :id AND entry BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':id': id, ':from': from, ':to': to },
    });

  return {
    async customer(customerId) {
      const { id } = rows.customer(customerId, 'orders');
      const found = await query({ KeyConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': id } });
      return totalsOf(found, (entry) => entry);
    },

    async hours({ from, to }) {
      const partitions = monthsOf(from, to).flatMap((hour) =>
        SHARDS.map((shard) => rows.hour({ hour, shard, part: 'orders' }).id),
      );
      // entries are the hour, and then what is counted
      const found = await Promise.all(partitions.map((id) => queryBetween(id, from, `${to}#\uffff`)));
      return [...groupBy(found.flat(), ({ entry }) => entry.slice(0, HOUR))]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([hour, ofHour]) => hourReport(hour, ofHour));
    },

    async movements({ productId, from, to }) {
      const found = await Promise.all(
        SHARDS.map((shard) => queryBetween(rows.movements({ productId, day: from, shard }).id, from, to)),
      );
      return [...groupBy(found.flat(), ({ entry }) => entry)]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([day, ofDay]): MovementReport => ({ day, ...sumOf(ofDay, MOVEMENTS) }));
    },
  };
}

/** characters of an hour such as `2025-07-09T10` */
const HOUR = 13;

function hourReport(hour: string, ofHour: Row[]): HourReport {
  const totals = totalsOf(ofHour, (entry) => entry.slice(HOUR + 1));
  const orders = ofHour.filter(({ entry }) => entry.endsWith('#orders'));
  return { hour, ...totals, ...sumOf(orders, ['started', 'startedAfterMs']) };
}

const MONEY = 'money#';

/** @param partOf what a row counts, by its entry */
function totalsOf(found: Row[], partOf: (entry: string) => string): CustomerReport {
  const byPart = groupBy(found, ({ entry }) => partOf(entry));
  const orders: OrderCounts = sumOf(byPart.get('orders') ?? [], ['placed', ...STANDINGS]);
  const money = [...byPart]
    .filter(([part]) => part.startsWith(MONEY))
    .map(([part, ofCurrency]): MoneyTotals => {
      const currency = part.slice(MONEY.length);
      return { currency, ...sumOf(ofCurrency, ['charged', 'refunded']) };
    })
    .toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
  return { orders, money };
}

const sumOf = <Name extends string>(found: readonly Row[], names: readonly Name[]): Record<Name, number> =>
  Object.fromEntries(
    names.map((name) => [name, found.reduce((sum, row) => sum + Number(row[name] ?? 0), 0)]),
  ) as Record<Name, number>;

function groupBy(found: Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of found) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

/** An hour in each month from one hour to another. */
function monthsOf(from: string, to: string): string[] {
  const months: string[] = [];
  for (let month = from.slice(0, 7); month <= to.slice(0, 7); month = nextMonth(month)) months.push(month);
  return months;
}

function nextMonth(month: string): string {
  const next = new Date(`${month}-01T00:00:00Z`);
  next.setUTCMonth(next.getUTCMonth() + 1);
  return next.toISOString().slice(0, 7);
}
