import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { Table } from '../parts/table';

export interface Line {
  name: string;
  /** one for each hour; null: there is nothing to say */
  values: readonly (number | null)[];
  /** how it is drawn: never told apart by colour alone */
  as: 'bars' | 'full' | 'dashed';
  /** a variable of the style sheet */
  colour: string;
}

interface ChartProps {
  title: string;
  /** their beginnings, ISO 8601 */
  hours: readonly string[];
  lines: readonly Line[];
  /** a value in words */
  words: (value: number) => string;
}

const HEIGHT = 150;
/** in seconds, as the chart counts */
const HALF_AN_HOUR = 1800;

/** Hours as a picture, and as a table for those who do not see it. */
export function Chart({ title, hours, lines, words }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const isDark = useDark();
  const content = JSON.stringify([hours, lines]);

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const chart = new uPlot(optionsOf({ lines, words, width: element.clientWidth }), dataOf(hours, lines), element);
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [content, isDark]);

  const rows = hours.map((hour, at) => ({ hour, at })).reverse();
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>{' '}
        {lines.map(({ name, as, colour }) => (
          <span key={name} class={`key ${as}`} style={{ '--key': `var(${colour})` }}>
            {name}
          </span>
        ))}
      </figcaption>
      <div ref={place} class="plot" aria-hidden="true" />
      <details>
        <summary>As a table</summary>
        <Table
          caption={`${title}, by the hour, the latest first`}
          isCaptionHidden
          rows={rows}
          keyOf={({ hour }) => hour}
          columns={[
            { name: 'Hour', cell: ({ hour }) => <time dateTime={hour}>{hourOf(hour)}</time> },
            ...lines.map(({ name, values }) => ({
              name,
              isNumber: true,
              cell: ({ at }: { at: number }) => wordsFor(values[at], words),
            })),
          ]}
        />
      </details>
    </figure>
  );
}

const wordsFor = (value: number | null | undefined, words: (value: number) => string) =>
  value === null || value === undefined ? '–' : words(value);

const hourOf = (hour: string): string =>
  new Date(hour).toLocaleString(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });

const dataOf = (hours: readonly string[], lines: readonly Line[]): uPlot.AlignedData => [
  hours.map((hour) => Date.parse(hour) / 1000),
  ...lines.map(({ values }) => [...values]),
];

function optionsOf({ lines, words, width }: Pick<ChartProps, 'lines' | 'words'> & { width: number }): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--soft'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  return {
    width,
    height: HEIGHT,
    padding: [10, 26, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    // from nothing: what is cut off below looks like more than it is
    scales: {
      // room for the first and the last bar
      x: { range: (_chart, first, last) => [first - HALF_AN_HOUR, last + HALF_AN_HOUR] },
      y: { range: (_chart, _low, high) => [0, Math.max(high * 1.15, Number.MIN_VALUE)] },
    },
    axes: [
      { ...axis, size: 30, space: 70, values: (_chart, at) => at.map(timeOfDay) },
      { ...axis, size: 66, space: 30, values: (_chart, at) => at.map((value) => words(value)) },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, colour))],
  };
}

const timeOfDay = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });

function seriesOf({ name, as, colour: variable }: Line, colour: (name: string) => string): uPlot.Series {
  const stroke = colour(variable);
  const bars = uPlot.paths.bars?.({ size: [0.7, 40] });
  return {
    label: name,
    stroke,
    width: as === 'bars' ? 1 : 2,
    points: { show: as !== 'bars', size: 5, fill: stroke },
    ...(as === 'bars' && bars && { paths: bars, fill: `${stroke}99` }),
    ...(as === 'dashed' && { dash: [5, 4] }),
  };
}

function useDark(): boolean {
  const [query] = useState(() => matchMedia('(prefers-color-scheme: dark)'));
  const [isDark, setDark] = useState(query.matches);
  useEffect(() => {
    const follow = () => setDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, [query]);
  return isDark;
}
