import type { Static, TObject, TProperties } from '@sinclair/typebox';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import type { CARRIER_MEMBERS, PAYMENT_MEMBERS } from '../../src/contracts/accepted';
import type { CarrierNews } from '../../src/workflows/messages';
import type { ENVELOPE } from '../../src/contracts/envelope';
import type { Envelope, EventType, PublicData } from '../../src/domain/events';
import type { PUBLISHED } from '../../src/contracts/published';
import { CONTRACTS } from '../../src/contracts/catalogue';
import { closed, misfitOf } from '../support/contracts/schemas';
import { EVENT_SOURCES } from '../../src/domain/events';

/*
 * The types, held by the compiler: an event that is changed without its schema, or the other way round, is an error here.
 */

/** As JSON has it: no brands, nothing read-only, and intersections as one. */
type Plain<T> = T extends string | number | boolean
  ? T extends { brand: unknown }
    ? string
    : T
  : T extends readonly (infer U)[]
    ? Plain<U>[]
    : { -readonly [K in keyof T]: Plain<T[K]> };

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- only so two types are compared to the letter
type Same<A, B> = (<G>() => G extends A ? 1 : 2) extends <G>() => G extends B ? 1 : 2 ? true : false;

type StaticOf<P extends TProperties> = Plain<Static<TObject<P>>>;

// oxlint-disable-next-line typescript/no-generated-empty-object-type -- nothing is what it says
type Nothing = StaticOf<(typeof PUBLISHED)['Order Closed']>;

/** `Record<string, never>`, which says that there is nothing: no members, as of the last event */
type Told<T extends EventType> = string extends keyof PublicData[T] ? Nothing : Plain<PublicData[T]>;

type Misfits = {
  [T in EventType]: Same<StaticOf<(typeof PUBLISHED)[T]>, Told<T>> extends true ? never : T;
}[EventType];

const noMisfit: [Misfits] extends [never] ? true : Misfits = true;
const noneMissing: Same<keyof typeof PUBLISHED, EventType> = true;
const envelopeFits: Same<StaticOf<typeof ENVELOPE>, Plain<Envelope>> = true;
/** what a workflow takes of a carrier is what carriers may say */
const carrierFits: Same<
  Plain<Pick<StaticOf<typeof CARRIER_MEMBERS>, 'status' | 'updateId' | 'trackingNumber' | 'occurredAt'>>,
  Plain<Omit<CarrierNews, 'cause'>>
> = true;
const paymentIsTold: 'chargeKey' extends keyof typeof PAYMENT_MEMBERS ? true : false = true;

test('the compiler holds every event of ours against its schema', () => {
  expect([noMisfit, noneMissing, envelopeFits, carrierFits, paymentIsTold]).not.toContain(false);
});

test('each event has one contract, under a name of its own', () => {
  const names = CONTRACTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^(published|accepted)\.[a-z]+(-[a-z]+)*\.v\d+$/);
  const published = CONTRACTS.filter(({ direction }) => direction === 'published').map(({ type }) => type);
  expect(published.toSorted()).toEqual([...Object.keys(EVENT_SOURCES), 'Inventory Checked'].toSorted());
  const accepted = CONTRACTS.filter(({ direction }) => direction === 'accepted').map(({ type }) => type);
  expect(accepted).toEqual([
    'Order Placed',
    'Payment Completed',
    'Payment Failed',
    'Carrier Update',
    'Shipment Created',
  ]);
});

const strict = addFormats(new Ajv({ strict: true, allErrors: true }));

test.each(CONTRACTS.map((contract) => [contract.name, contract] as const))(
  '%s is JSON Schema to the letter, and its example is one, of which nothing required may be missing',
  (_name, { schema, example }) => {
    const published = JSON.parse(JSON.stringify(schema)) as object;
    const validate = strict.compile(closed({ ...published, $id: undefined }) as object);
    const sent: unknown = JSON.parse(JSON.stringify(example));
    expect({ valid: validate(sent), errors: validate.errors }).toEqual({ valid: true, errors: null });
    expect(Object.keys(schema['properties'] as object)).toEqual(expect.arrayContaining(Object.keys(example)));
    const required = (schema as { required?: string[] }).required ?? [];
    for (const name of required) {
      const { [name]: _left, ...rest } = sent as Record<string, unknown>;
      expect({ name, valid: validate(rest) }).toEqual({ name, valid: false });
    }
  },
);

test('what does not fit is told', () => {
  const { source, type, example } = CONTRACTS.find(({ name }) => name === 'published.payment-completed.v1')!;
  const event = { source, 'detail-type': type, detail: example };
  expect(misfitOf(event)).toBeUndefined();
  expect(misfitOf({ ...event, detail: { ...example, amount: '59.98' } })).toMatch('/amount must be number');
  expect(misfitOf({ ...event, detail: { ...example, more: 1 } })).toMatch('must NOT have additional properties');
  expect(misfitOf({ ...event, 'detail-type': 'Payment Forgotten' })).toMatch('no schema');
  expect(misfitOf({ ...event, source: 'elsewhere' })).toMatch('no schema');
});
