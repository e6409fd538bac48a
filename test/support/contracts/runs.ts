import fc from 'fast-check';

/** How many examples a property is tried on; `npm run prove` takes more. */
const NUM_RUNS = process.env['WAYBILL_PROVE'] ? 2000 : 100;

/** Tries a property; the seed of a failure is in its message. */
export const holds = <T>(property: fc.IProperty<T>): void => fc.assert(property, { numRuns: NUM_RUNS });
