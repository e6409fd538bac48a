import type { Overview } from '../types';
import { Chart, type Line } from './chart';
import { duration, percent, shortMoney, whole } from '../words';

/** The last 24 hours. */
export function Charts({ hours }: Pick<Overview, 'hours'>) {
  const times = hours.map(({ hour }) => hour);
  return (
    <div class="charts">
      <Chart
        title="Orders an hour"
        hours={times}
        words={(n) => (Number.isInteger(n) ? whole(n) : '')}
        lines={[
          { name: 'placed', as: 'bars', colour: '--blue', values: hours.map(({ placed }) => placed) },
          {
            name: 'failed or cancelled',
            as: 'dashed',
            colour: '--red',
            values: hours.map(({ standings }) => standings.failed + standings.cancelled),
          },
        ]}
      />
      <Chart
        title="From received to shipping"
        hours={times}
        words={(seconds) => (seconds === 0 ? '0' : duration(seconds * 1000))}
        lines={[
          {
            name: 'on average',
            as: 'full',
            colour: '--blue',
            values: hours.map(({ averageStartSeconds }) => averageStartSeconds ?? null),
          },
        ]}
      />
      <Chart
        title="Success rate"
        hours={times}
        words={percent}
        lines={[
          {
            name: 'shipped or delivered, of those not open any more',
            as: 'full',
            colour: '--green',
            values: hours.map(({ successRate }) => successRate ?? null),
          },
        ]}
      />
      {currenciesOf(hours).map((currency) => (
        <Chart
          key={currency}
          title={`Revenue an hour, ${currency}`}
          hours={times}
          words={(amount) => shortMoney(amount, currency)}
          lines={revenueLines(hours, currency)}
        />
      ))}
    </div>
  );
}

const currenciesOf = (hours: Overview['hours']): string[] =>
  [...new Set(hours.flatMap(({ revenue }) => revenue.map(({ currency }) => currency)))].sort();

function revenueLines(hours: Overview['hours'], of: string): Line[] {
  const values = (member: 'charged' | 'refunded') =>
    hours.map(({ revenue }) => revenue.find(({ currency }) => currency === of)?.[member] ?? 0);
  return [
    { name: 'charged', as: 'bars', colour: '--green', values: values('charged') },
    { name: 'refunded', as: 'dashed', colour: '--red', values: values('refunded') },
  ];
}
