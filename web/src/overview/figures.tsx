import type { ComponentChildren } from 'preact';
import type { Overview } from '../types';
import { duration, money, percent, whole } from '../words';
import { linkTo } from '../router';

/** The numbers that say whether it goes well. */
export function Figures({ overview }: { overview: Overview }) {
  const { hours, lastHour, promise, attention } = overview;
  const since = timeOfDay(hours.at(-2)?.hour ?? overview.at);
  const { successRate, averageStartSeconds, revenue } = lastHour;
  return (
    <dl class="figures" aria-label={`Since ${since}, and now`}>
      <Figure name={`Orders since ${since}`} value={whole(lastHour.placed)} />
      <Figure name={`Success since ${since}`} value={successRate === undefined ? '–' : percent(successRate)} />
      <Figure
        name="Time to shipping"
        value={averageStartSeconds === undefined ? '–' : duration(averageStartSeconds * 1000)}
      />
      <Figure
        name={`Revenue since ${since}`}
        value={
          revenue.length === 0
            ? '–'
            : revenue.map(({ currency, charged, refunded }) => (
                <span key={currency} class="amount">
                  {money(charged - refunded, currency)}
                </span>
              ))
        }
      />
      <Figure name="At risk of the 30 minutes" value={whole(promise.atRisk)} isBad={promise.atRisk > 0} />
      <Figure name="Later than 30 minutes" value={whole(promise.breached)} isBad={promise.breached > 0} />
      <Figure
        name="Need attention"
        value={<a href={linkTo(['orders'], { status: 'NEEDS_ATTENTION' })}>{whole(attention.orders)}</a>}
        isBad={attention.orders > 0}
      />
      <Figure
        name="Open cases"
        value={<a href={linkTo(['cases'])}>{whole(attention.openCases)}</a>}
        isBad={attention.openCases > 0}
      />
    </dl>
  );
}

function Figure({ name, value, isBad = false }: { name: string; value: ComponentChildren; isBad?: boolean }) {
  return (
    <div class={isBad ? 'bad' : ''}>
      <dt>{name}</dt>
      <dd>
        {isBad && <span aria-hidden="true">▲ </span>}
        {value}
      </dd>
    </div>
  );
}

const timeOfDay = (at: string): string =>
  new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
