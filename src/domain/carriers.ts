/** How a carrier delivers within countries, or into them from abroad. */
interface Service {
  /** ISO 3166-1 alpha-2 */
  countries: readonly string[] | 'anywhere';
  /** cents: so much, and so much for each started step of the weight */
  base: number;
  perStep: number;
  /** from the warehouse to the customer */
  hours: number;
}

export interface Carrier {
  name: string;
  /** grams of one parcel */
  maxWeight: number;
  /** grams */
  step: number;
  domestic?: Service;
  international?: Service;
}

/** The sandbox broker's carriers. */
export const CARRIERS: readonly Carrier[] = [
  {
    name: 'Peninsula Express',
    maxWeight: 30_000,
    step: 1000,
    domestic: { countries: ['KR'], base: 300, perStep: 60, hours: 24 },
  },
  {
    name: 'Prairie Freight',
    maxWeight: 68_000,
    step: 1000,
    domestic: { countries: ['US', 'CA'], base: 650, perStep: 110, hours: 72 },
    international: { countries: ['US', 'CA'], base: 1300, perStep: 220, hours: 120 },
  },
  {
    name: 'Island Courier',
    maxWeight: 25_000,
    step: 1000,
    domestic: { countries: ['JP'], base: 480, perStep: 90, hours: 24 },
    international: { countries: ['JP', 'KR'], base: 1200, perStep: 200, hours: 60 },
  },
  {
    name: 'Globe Parcel',
    maxWeight: 70_000,
    step: 500,
    domestic: { countries: 'anywhere', base: 900, perStep: 80, hours: 48 },
    international: { countries: 'anywhere', base: 1500, perStep: 180, hours: 120 },
  },
  {
    name: 'Meridian Air',
    maxWeight: 70_000,
    step: 500,
    domestic: { countries: 'anywhere', base: 2400, perStep: 220, hours: 20 },
    international: { countries: 'anywhere', base: 3900, perStep: 420, hours: 48 },
  },
  {
    // pallets and containers: whatever is too heavy for a van
    name: 'Harbour Lines',
    maxWeight: Infinity,
    step: 100_000,
    domestic: { countries: 'anywhere', base: 9000, perStep: 4000, hours: 120 },
    international: { countries: 'anywhere', base: 16_000, perStep: 7500, hours: 720 },
  },
];

export interface Parcel {
  /** where it goes, ISO 3166-1 alpha-2; any other text is a country that only those go to who go anywhere */
  destination: string;
  /** where it comes from; unknown: from abroad */
  origin?: string;
  /** grams */
  weight: number;
  /** when the customer is to have it, ISO 8601; absent: any time */
  promisedBy?: string;
  /** when it is handed over, ISO 8601 */
  at: string;
}

/** A carrier that would take a parcel. */
export interface Offer {
  carrier: string;
  /** cents */
  price: number;
  hours: number;
  keepsPromise: boolean;
}

/** Who takes a parcel: those who can make the promise first, then by price, then by speed. */
export function rankCarriers(parcel: Parcel, carriers: readonly Carrier[] = CARRIERS): Offer[] {
  const offers = carriers.flatMap((carrier) => offerOf(carrier, parcel) ?? []);
  return offers.toSorted(
    (a, b) =>
      Number(b.keepsPromise) - Number(a.keepsPromise) ||
      a.price - b.price ||
      a.hours - b.hours ||
      (a.carrier < b.carrier ? -1 : 1),
  );
}

function offerOf(carrier: Carrier, { destination, origin, weight, promisedBy, at }: Parcel): Offer | undefined {
  const service = origin === destination ? carrier.domestic : carrier.international;
  if (!service || weight > carrier.maxWeight) return undefined;
  const { countries, base, perStep, hours } = service;
  if (countries !== 'anywhere' && !countries.includes(destination)) return undefined;
  const price = base + perStep * Math.max(1, Math.ceil(weight / carrier.step));
  return { carrier: carrier.name, price, hours, keepsPromise: isKept({ at, hours, promisedBy }) };
}

function isKept({ at, hours, promisedBy }: { at: string; hours: number; promisedBy: string | undefined }): boolean {
  return promisedBy === undefined || Date.parse(at) + hours * 3_600_000 <= Date.parse(promisedBy);
}
