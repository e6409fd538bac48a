import type { Static } from '@sinclair/typebox';
import type * as schemas from './report-schemas';
import type { HourReport, MoneyTotals, MovementReport, OrderCounts } from './ports';
import { MOVEMENTS, STANDINGS } from '../domain/projections';
import { toDecimal } from '../domain/money';

type Figures = Omit<Static<typeof schemas.HoursReport>['hours'][number], 'hour'>;

/** What came in and went back, in decimals. */
export const presentRevenue = (money: readonly MoneyTotals[]): Figures['revenue'] =>
  money.map(({ currency, charged, refunded }) => ({
    currency,
    charged: toDecimal(charged, currency),
    refunded: toDecimal(refunded, currency),
    net: toDecimal(charged - refunded, currency),
  }));

/** The figures of hours taken together; of none, of nothing. */
export function presentHours(hours: readonly HourReport[]): Figures {
  const names: (keyof OrderCounts)[] = ['placed', ...STANDINGS];
  const orders = sumOf(
    hours.map((hour) => hour.orders),
    names,
  );
  const { started, startedAfterMs } = sumOf(hours, ['started', 'startedAfterMs']);
  const ended = orders.placed - orders.open;
  return {
    orders,
    ...(ended > 0 && { successRate: rounded((orders.shipped + orders.delivered) / ended, 4) }),
    ...(started > 0 && { averageStartSeconds: rounded(startedAfterMs / started / 1000, 3) }),
    revenue: presentRevenue(moneyOf(hours)),
  };
}

/** Units on all days. */
export const totalMovements = (days: readonly MovementReport[]) => sumOf(days, MOVEMENTS);

function moneyOf(hours: readonly HourReport[]): MoneyTotals[] {
  const money = hours.flatMap((hour) => hour.money);
  const currencies = [...new Set(money.map(({ currency }) => currency))].toSorted();
  return currencies.map((currency) => ({
    currency,
    ...sumOf(
      money.filter((totals) => totals.currency === currency),
      ['charged', 'refunded'],
    ),
  }));
}

const sumOf = <Name extends string>(all: readonly Record<Name, number>[], names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, all.reduce((sum, one) => sum + one[name], 0)])) as Record<Name, number>;

const rounded = (value: number, decimals: number) => Number(value.toFixed(decimals));
