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

type Edit = (schema: any) => void; // oxlint-disable-line typescript/no-explicit-any
const changed = (edit: Edit): Schema => {
  const copy = JSON.parse(JSON.stringify(before)) as Schema;
  edit(copy);
  return copy;
};

const PUBLISHED: [name: string, breaks: string[], edit: Edit][] = [
  ['nothing', [], () => undefined],
  ['words about it', [], (s) => Object.assign(s, { title: 'Else', description: 'more', examples: [1] })],
  ['a member more', [], (s) => (s.properties.more = { type: 'string' })],
  [
    'a member more that is always there',
    [],
    (s) => ((s.properties.more = { type: 'string' }), s.required.push('more')),
  ],
  ['one that is always there from now on', [], (s) => s.required.push('note')],
  ['a number that is whole from now on', [], (s) => (s.properties.amount.type = 'integer')],
  ['a word less', [], (s) => s.properties.status.enum.pop()],
  ['tighter limits', [], (s) => ((s.properties.id.maxLength = 5), (s.properties.amount.minimum = 1))],
  ['a pattern more', [], (s) => (s.properties.note.pattern = '^a')],
  ['a member gone', ['/: note is gone'], (s) => delete s.properties.note],
  ['a required member gone', ['/: amount is gone'], (s) => (delete s.properties.amount, s.required.splice(1, 1))],
  ['a member deep down gone', ['/address: zip is gone'], (s) => delete s.properties.address.properties.zip],
  ['a member of a list gone', ['/lines/items: zip is gone'], (s) => delete s.properties.lines.items.properties.zip],
  ['one that may be missing', ['/: amount was always there, and need not be any more'], (s) => s.required.splice(1, 1)],
  [
    'no required ones at all',
    [expect.stringContaining('/: id was always there') as string],
    (s) => (s.required = ['amount', 'status', 'lines']),
  ],
  ['another type', ['/note: type number is not among string'], (s) => (s.properties.note.type = 'number')],
  ['one more type', ['/note: type null is not among string'], (s) => (s.properties.note.type = ['string', 'null'])],
  ['any type', ['/note: type any is not among string'], (s) => delete s.properties.note.type],
  ['whole no more', ['/units: type number is not among integer'], (s) => (s.properties.units.type = 'number')],
  [
    'a word more',
    ['/status: value "LOST" is not among ["OPEN","CLOSED"]'],
    (s) => s.properties.status.enum.push('LOST'),
  ],
  ['any word', ['/status: any value, where only some were listed'], (s) => delete s.properties.status.enum],
  ['another constant', ['/version: value 2 is not among [1]'], (s) => (s.properties.version.const = 2)],
  ['a wider limit', ['/amount: minimum -1 is outside of 0'], (s) => (s.properties.amount.minimum = -1)],
  ['no limit', ['/id: maxLength none is outside of 10'], (s) => delete s.properties.id.maxLength],
  ['longer lists', ['/lines: maxItems 6 is outside of 5'], (s) => (s.properties.lines.maxItems = 6)],
  [
    'another pattern',
    [expect.stringContaining('/id: pattern differs') as string],
    (s) => (s.properties.id.pattern = '^.+$'),
  ],
  ['no pattern', [expect.stringContaining('/id: pattern differs') as string], (s) => delete s.properties.id.pattern],
  [
    'lists of something else',
    ['/lines/items: type string is not among object', '/lines/items: city is gone', '/lines/items: zip is gone'],
    (s) => (s.properties.lines.items = { type: 'string' }),
  ],
  [
    'a keyword that nobody compares',
    [expect.stringContaining('/note: not differs') as string],
    (s) => (s.properties.note.not = {}),
  ],
];

const ACCEPTED: [name: string, breaks: string[], edit: Edit][] = [
  ['nothing', [], () => undefined],
  ['words about it', [], (s) => Object.assign(s, { title: 'Else', description: 'more' })],
  ['a member more', [], (s) => (s.properties.more = { type: 'string' })],
  ['one that may be missing from now on', [], (s) => s.required.splice(1, 1)],
  ['one more type', [], (s) => (s.properties.note.type = ['string', 'null'])],
  ['any type', [], (s) => delete s.properties.note.type],
  ['whole no more', [], (s) => (s.properties.units.type = 'number')],
  ['a word more', [], (s) => s.properties.status.enum.push('LOST')],
  ['any word', [], (s) => delete s.properties.status.enum],
  ['wider limits', [], (s) => ((s.properties.id.maxLength = 20), delete s.properties.amount.minimum)],
  ['no pattern', [], (s) => delete s.properties.id.pattern],
  ['newly required', ['/: note is required, and was not'], (s) => s.required.push('note')],
  [
    'a member more that is required',
    ['/: more is required, and was not'],
    (s) => ((s.properties.more = {}), s.required.push('more')),
  ],
  [
    'required deep down',
    ['/address: zip is required, and was not'],
    (s) => (s.properties.address.required = ['city', 'zip']),
  ],
  ['a member gone', ['/: note is gone'], (s) => delete s.properties.note],
  ['another type', ['/note: type string is not among number, integer'], (s) => (s.properties.note.type = 'number')],
  ['whole only', ['/amount: type number is not among integer'], (s) => (s.properties.amount.type = 'integer')],
  ['a word less', ['/status: value "CLOSED" is not among ["OPEN"]'], (s) => s.properties.status.enum.pop()],
  ['only some words', ['/note: any value, where only some were listed'], (s) => (s.properties.note.enum = ['a'])],
  ['a tighter limit', ['/id: maxLength 10 is outside of 5'], (s) => (s.properties.id.maxLength = 5)],
  ['a limit where there was none', ['/note: maxLength none is outside of 5'], (s) => (s.properties.note.maxLength = 5)],
  ['fewer in a list', ['/lines: maxItems 5 is outside of 2'], (s) => (s.properties.lines.maxItems = 2)],
  [
    'a pattern more',
    [expect.stringContaining('/note: pattern differs') as string],
    (s) => (s.properties.note.pattern = '^a'),
  ],
  [
    'a format more',
    [expect.stringContaining('/note: format differs') as string],
    (s) => (s.properties.note.format = 'date-time'),
  ],
  [
    'no other members',
    ['/: members that are not listed are refused on one side only'],
    (s) => (s.additionalProperties = false),
  ],
];

describe.each([
  ['published', PUBLISHED],
  ['accepted', ACCEPTED],
] as const)('a schema of what is %s', (direction, changes) => {
  test.each(changes)('%s: %j', (_name, expected, edit) => {
    expect(breaksOf({ direction, before, after: changed(edit) })).toEqual(expected);
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
    expect(breaksSince(now, moved)).toEqual([`${name}: goes by another source or type`]);
  });

  test('whose event lost a member is broken, and says where', () => {
    const after = structuredClone(now);
    delete after[name]!.schema.properties!['reason'];
    expect(breaksSince(now, after)).toEqual([`${name} /: reason is gone`]);
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
