import { breaksOf, type Schema } from '../../scripts/lib/schema-compatibility';
import { breaksSince, readBaseline, releasedNow } from '../../scripts/lib/event-documents';

test('what is published and accepted now breaks nobody who relies on the last release', async () => {
  const baseline = await readBaseline();
  expect(Object.keys(baseline).length).toBeGreaterThan(50);
  expect(breaksSince(baseline)).toEqual([]);
});

const address = {
  type: 'object',
  required: ['city'],
  properties: { city: { type: 'string' }, zip: { type: 'string' } },
};
const before = {
  type: 'object',
  title: 'Something',
  required: ['id', 'amount', 'status', 'lines'],
  properties: {
    id: { type: 'string', pattern: '^[a-z]+$', maxLength: 10 },
    amount: { type: 'number', minimum: 0 },
    units: { type: 'integer' },
    status: { type: 'string', enum: ['OPEN', 'CLOSED'] },
    version: { type: 'number', const: 1 },
    note: { type: 'string' },
    address,
    lines: { type: 'array', maxItems: 5, items: address },
  },
} satisfies Schema;

type Edit = (schema: Schema) => void;
type Members = Record<string, unknown>;

/** An edit of the member at a path. */
const at =
  (path: string, edit: (holder: Members, name: string) => void): Edit =>
  (schema) => {
    const names = path.split('.');
    const name = names.pop()!;
    edit(
      names.reduce<Members>((holder, next) => holder[next] as Members, schema),
      name,
    );
  };

const set = (path: string, value: unknown) => at(path, (holder, name) => (holder[name] = value));
const push = (path: string, value: unknown) => at(path, (holder, name) => (holder[name] as unknown[]).push(value));
const remove = (path: string) =>
  at(path, (holder, name) => (Array.isArray(holder) ? holder.splice(Number(name), 1) : delete holder[name]));

const changed = (edits: Edit | Edit[]): Schema => {
  const copy = JSON.parse(JSON.stringify(before)) as Schema;
  for (const edit of [edits].flat()) edit(copy);
  return copy;
};

const PUBLISHED: [name: string, breaks: string[], edits: Edit | Edit[]][] = [
  ['nothing', [], []],
  ['words about it', [], [set('title', 'Else'), set('description', 'more'), set('examples', [1])]],
  ['a member more', [], set('properties.more', { type: 'string' })],
  ['a member more that is always there', [], [set('properties.more', { type: 'string' }), push('required', 'more')]],
  ['one that is always there from now on', [], push('required', 'note')],
  ['a number that is whole from now on', [], set('properties.amount.type', 'integer')],
  ['a word less', [], remove('properties.status.enum.1')],
  ['tighter limits', [], [set('properties.id.maxLength', 5), set('properties.amount.minimum', 1)]],
  ['a pattern more', [], set('properties.note.pattern', '^a')],
  ['a member gone', ['/: note is gone'], remove('properties.note')],
  ['a required member gone', ['/: amount is gone'], [remove('properties.amount'), remove('required.1')]],
  ['a member deep down gone', ['/address: zip is gone'], remove('properties.address.properties.zip')],
  ['a member of a list gone', ['/lines/items: zip is gone'], remove('properties.lines.items.properties.zip')],
  ['one that may be missing', ['/: amount was always there, and need not be any more'], remove('required.1')],
  [
    'no required ones at all',
    [expect.stringContaining('/: id was always there') as string],
    set('required', ['amount', 'status', 'lines']),
  ],
  ['another type', ['/note: type number is not among string'], set('properties.note.type', 'number')],
  ['one more type', ['/note: type null is not among string'], set('properties.note.type', ['string', 'null'])],
  ['any type', ['/note: type any is not among string'], remove('properties.note.type')],
  ['whole no more', ['/units: type number is not among integer'], set('properties.units.type', 'number')],
  ['a word more', ['/status: value "LOST" is not among ["OPEN","CLOSED"]'], push('properties.status.enum', 'LOST')],
  ['any word', ['/status: any value, where only some were listed'], remove('properties.status.enum')],
  ['another constant', ['/version: value 2 is not among [1]'], set('properties.version.const', 2)],
  ['a wider limit', ['/amount: minimum -1 is outside of 0'], set('properties.amount.minimum', -1)],
  ['no limit', ['/id: maxLength none is outside of 10'], remove('properties.id.maxLength')],
  ['longer lists', ['/lines: maxItems 6 is outside of 5'], set('properties.lines.maxItems', 6)],
  [
    'another pattern',
    [expect.stringContaining('/id: pattern differs') as string],
    set('properties.id.pattern', '^.+$'),
  ],
  ['no pattern', [expect.stringContaining('/id: pattern differs') as string], remove('properties.id.pattern')],
  [
    'lists of something else',
    ['/lines/items: type string is not among object', '/lines/items: city is gone', '/lines/items: zip is gone'],
    set('properties.lines.items', { type: 'string' }),
  ],
  [
    'a keyword that nobody compares',
    [expect.stringContaining('/note: not differs') as string],
    set('properties.note.not', {}),
  ],
];

const ACCEPTED: [name: string, breaks: string[], edits: Edit | Edit[]][] = [
  ['nothing', [], []],
  ['words about it', [], [set('title', 'Else'), set('description', 'more')]],
  ['a member more', [], set('properties.more', { type: 'string' })],
  ['one that may be missing from now on', [], remove('required.1')],
  ['one more type', [], set('properties.note.type', ['string', 'null'])],
  ['any type', [], remove('properties.note.type')],
  ['whole no more', [], set('properties.units.type', 'number')],
  ['a word more', [], push('properties.status.enum', 'LOST')],
  ['any word', [], remove('properties.status.enum')],
  ['wider limits', [], [set('properties.id.maxLength', 20), remove('properties.amount.minimum')]],
  ['no pattern', [], remove('properties.id.pattern')],
  ['newly required', ['/: note is required, and was not'], push('required', 'note')],
  [
    'a member more that is required',
    ['/: more is required, and was not'],
    [set('properties.more', {}), push('required', 'more')],
  ],
  [
    'required deep down',
    ['/address: zip is required, and was not'],
    set('properties.address.required', ['city', 'zip']),
  ],
  ['a member gone', ['/: note is gone'], remove('properties.note')],
  ['another type', ['/note: type string is not among number, integer'], set('properties.note.type', 'number')],
  ['whole only', ['/amount: type number is not among integer'], set('properties.amount.type', 'integer')],
  ['a word less', ['/status: value "CLOSED" is not among ["OPEN"]'], remove('properties.status.enum.1')],
  ['only some words', ['/note: any value, where only some were listed'], set('properties.note.enum', ['a'])],
  ['a tighter limit', ['/id: maxLength 10 is outside of 5'], set('properties.id.maxLength', 5)],
  ['a limit where there was none', ['/note: maxLength none is outside of 5'], set('properties.note.maxLength', 5)],
  ['fewer in a list', ['/lines: maxItems 5 is outside of 2'], set('properties.lines.maxItems', 2)],
  [
    'a pattern more',
    [expect.stringContaining('/note: pattern differs') as string],
    set('properties.note.pattern', '^a'),
  ],
  [
    'a format more',
    [expect.stringContaining('/note: format differs') as string],
    set('properties.note.format', 'date-time'),
  ],
  ['no other members', ['/: members that are not listed are not taken alike'], set('additionalProperties', false)],
  [
    'other members of one type',
    ['/: members that are not listed are not taken alike'],
    set('additionalProperties', { type: 'string' }),
  ],
];

describe.each([
  ['published', PUBLISHED],
  ['accepted', ACCEPTED],
] as const)('a schema of what is %s', (direction, changes) => {
  test.each(changes)('%s: %j', (_name, expected, edits) => {
    expect(breaksOf({ direction, before, after: changed(edits) })).toEqual(expected);
  });
});

describe('a release', () => {
  const name = 'published.payment-failed.v1';
  const now = releasedNow();

  test('of which an event is gone is broken', () => {
    const { [name]: _gone, ...rest } = now;
    expect(breaksSince(now, rest)).toEqual([`${name}: is gone`]);
  });

  test('of which an event comes from another source is broken', () => {
    const moved = { ...now, [name]: { ...now[name]!, source: 'elsewhere' } };
    expect(breaksSince(now, moved)).toEqual([`${name}: goes another way, or by another source or type`]);
  });

  test('whose event lost a member is broken, and says where', () => {
    const after = structuredClone(now);
    delete after[name]!.schema.properties!['reason'];
    expect(breaksSince(now, after)).toEqual([`${name} /: reason is gone`]);
  });

  test('whose event goes the other way is broken', () => {
    const moved = { ...now, [name]: { ...now[name]!, direction: 'accepted' as const } };
    expect(breaksSince(now, moved)).toEqual([`${name}: goes another way, or by another source or type`]);
  });

  test('with more events is not, and each event it has is compared', () => {
    expect(breaksSince(now, { ...now, 'published.another.v1': now[name]! })).toEqual([]);
    for (const released of Object.keys(now)) {
      const after = structuredClone(now);
      after[released]!.schema.type = 'array';
      expect(breaksSince(now, after)).not.toEqual([]);
    }
  });
});
