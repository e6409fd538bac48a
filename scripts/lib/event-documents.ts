import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncApiDocument } from '../../src/contracts/asyncapi';
import type { Contract } from '../../src/contracts/contract';
import { PROMISES } from '../../src/contracts/catalogue';
import { breaksOf, type Schema } from './schema-compatibility';
import { PROJECT_ROOT } from './paths';

/** Where the schemas are published. */
export const EVENTS_FOLDER = 'docs/events';

/** The schemas of the last release: what others rely on. */
export const BASELINE = `${EVENTS_FOLDER}/baseline.json`;

/** Contracts that were published once and are no more, on purpose, by their names. */
const RETIRED: ReadonlySet<string> = new Set();

/** A contract as it was released. */
type Released = Pick<Contract, 'direction' | 'source' | 'type'> & { schema: Schema };

export type Baseline = Record<string, Released>;

const json = (value: unknown): string => JSON.stringify(value, undefined, 2);

/** The documents of the events, by their paths. */
export function eventDocuments(): Record<string, string> {
  const schemas = PROMISES.map((contract) => [pathOf(contract), json(contract.schema)] as const);
  return {
    [`${EVENTS_FOLDER}/README.md`]: index(),
    [`${EVENTS_FOLDER}/asyncapi.json`]: json(asyncApiDocument()),
    ...Object.fromEntries(schemas),
  };
}

/** `published.order-created.v1` is published/order-created.v1.json. */
const pathOf = ({ name }: Contract) => `${EVENTS_FOLDER}/${name.replace('.', '/')}.json`;

export const releasedNow = (): Baseline =>
  JSON.parse(
    json(Object.fromEntries(PROMISES.map(({ name, example: _example, ...contract }) => [name, contract]))),
  ) as Baseline;

export const baselineText = (): string => json(releasedNow());

export const readBaseline = async (): Promise<Baseline> =>
  JSON.parse(await readFile(join(PROJECT_ROOT, BASELINE), 'utf8')) as Baseline;

/** Why what is there now breaks who relies on a release: empty when it does not. */
export function breaksSince(baseline: Baseline, now: Baseline = releasedNow()): string[] {
  return Object.entries(baseline).flatMap(([name, before]) => {
    const after = now[name];
    if (!after) return RETIRED.has(name) ? [] : [`${name}: is gone`];
    const isMoved = (['direction', 'source', 'type'] as const).some((member) => after[member] !== before[member]);
    const moved = isMoved ? ['goes another way, or by another source or type'] : [];
    const breaks = breaksOf({ direction: before.direction, before: before.schema, after: after.schema });
    return [...moved, ...breaks].map((why) => `${name}${why.startsWith('/') ? ' ' : ': '}${why}`);
  });
}

const index = () => `# Events

<!-- made by \`npm run docs\` out of src/contracts: change it there -->

[asyncapi.json](asyncapi.json) has all of it in one document; a running gateway serves it under \`/asyncapi.json\`, and each
schema under \`/schemas/{name}\`. [baseline.json](baseline.json) is what the last release promised: a change that breaks it
needs another version under another name.

## Published

${table('published')}

## Accepted

${table('accepted')}
`;

const table = (direction: Contract['direction']) =>
  [
    '| Event | Source | Schema |',
    '| --- | --- | --- |',
    ...PROMISES.filter((one) => one.direction === direction).map((contract) => {
      const { type, source, name } = contract;
      return `| \`${type}\` | \`${source}\` | [${name}](${pathOf(contract).slice(EVENTS_FOLDER.length + 1)}) |`;
    }),
  ].join('\n');
