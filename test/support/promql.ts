/** What an expression asks of a metric. */
export interface Asked {
  name: string;
  /** that select, and by which is summed up */
  labels: string[];
  /** a label that has to have this value */
  values: [label: string, value: string][];
}

/** labels that Prometheus itself gives to what it scrapes */
const OF_PROMETHEUS = new Set(['job', 'instance']);

const METRIC = /\b((?:waybill|temporal)_\w+|up)\b(?!\s*\()\s*(?:\{([^}]*)\})?/g;
const MATCHER = /(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"/g;
const GROUPING = /\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g;
const LEGEND = /\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g;

/** The metrics of a PromQL expression of ours, with their labels; those that Prometheus gives are left out. */
export function askedBy(expr: string): Asked[] {
  const grouped = [...expr.matchAll(GROUPING)].flatMap(([, list = '']) => list.split(',').map((label) => label.trim()));
  return [...expr.replaceAll(GROUPING, ' ').matchAll(METRIC)].map(([, name = '', selector = '']) => {
    const matchers = [...selector.matchAll(MATCHER)];
    const labels = [...matchers.map(([, label = '']) => label), ...grouped];
    return {
      name,
      labels: [...new Set(labels)].filter((label) => label !== '' && !OF_PROMETHEUS.has(label)),
      values: matchers.flatMap(([, label = '', operator, value = '']): [string, string][] =>
        operator === '=' ? [[label, value]] : operator === '=~' ? value.split('|').map((one) => [label, one]) : [],
      ),
    };
  });
}

/** The labels that a legend or a text names. */
export const labelsIn = (text: string): string[] =>
  [...text.matchAll(LEGEND)].map(([, label = '']) => label).filter((label) => !OF_PROMETHEUS.has(label));

/** The labels that are left after an expression has summed up; `undefined` when it sums up nothing. */
export function labelsLeft(expr: string): string[] | undefined {
  const groups = [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)];
  if (groups.length === 0) return /\b(sum|max|min|avg)\(/.test(expr) ? [] : undefined;
  return groups.flatMap(([, list = '']) => list.split(',').map((label) => label.trim()));
}
