import { createHash } from 'node:crypto';
import type { CarrierProvider, LabelRequest } from '../../activities/ports';
import type { Entry, KeyState, SandboxJournal } from './journal';
import type { Warehouse } from '../../domain/inventory';
import { answerWithin, never, unlessSwitchedOff } from './answer';
import { DEFAULT_WEIGHT_G } from '../../domain/order';
import { rankCarriers } from '../../domain/carriers';
import { StepError } from '../../domain/failures';

const COMPANY = 'the carrier sandbox';

type Booked = Extract<KeyState, { kind: 'BOOKED' }>;
type LabelEntry = Omit<Entry, 'outcome'>;

/**
 * A carrier broker in a box: it asks the carriers that serve the destination, the best first, and books with the first
 * that takes the parcel; which do, the destination's zip code says. It remembers every key for ever.
 */
export function createSandboxCarriers(p: {
  journal: SandboxJournal;
  timeoutMs: number;
  /** where parcels come from */
  warehouses: readonly Warehouse[];
}): CarrierProvider {
  const { journal } = p;
  const countries = new Map(p.warehouses.map(({ warehouseId, country }) => [warehouseId, country]));
  const ask = <T>(entry: LabelEntry, call: () => Promise<T>) =>
    answerWithin(p.timeoutMs, COMPANY, unlessSwitchedOff(journal, entry, call));
  return {
    bookLabel(request) {
      const entry = entryOf('label', request);
      const names = () => carriersFor(request, countries.get(request.shipment.warehouseId));
      return ask(entry, async () => labelOf(await bookLabel(journal, { request, entry, names })));
    },
    cancelLabel(request) {
      const entry = entryOf('cancel-label', request);
      return ask(entry, () => cancelLabel(journal, entry));
    },
  };
}

const entryOf = (
  operation: 'label' | 'cancel-label',
  { key, orderId }: { key: string; orderId: string },
): LabelEntry => ({ provider: 'carrier', operation, orderId, key });

const labelOf = ({ carrier, trackingNumber }: Booked) => ({ carrier, trackingNumber });

/** The carriers that would take a parcel, the best first. */
function carriersFor({ address, shipment, weight, promisedBy }: LabelRequest, origin: string | undefined): string[] {
  if (address.zipCode === '00000') return [];
  const units = shipment.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const offers = rankCarriers({
    destination: address.country,
    weight: weight ?? units * DEFAULT_WEIGHT_G,
    at: new Date().toISOString(),
    ...(origin !== undefined && { origin }),
    ...(promisedBy !== undefined && { promisedBy }),
  });
  return offers.map(({ carrier }) => carrier);
}

/** How many of the carriers refuse a parcel, the best first, by its zip code. */
const REFUSING: Record<string, number> = { '66666': 1, '99999': Infinity };

interface Booking {
  request: LabelRequest;
  entry: LabelEntry;
  /** the carriers to ask, the best first */
  names: () => string[];
}

async function bookLabel(journal: SandboxJournal, { request, entry, names }: Booking): Promise<Booked> {
  const { zipCode } = request.address;
  const refusing = REFUSING[zipCode] ?? 0;
  // asked before: not offered to the carriers again
  const known = refusing > 0 || zipCode === '77777' ? await journal.state(request.key) : undefined;
  if (known) return accepted(await replay(journal, entry, known), request);
  const offered = names();
  const [carrier] = offered.slice(refusing);
  const refusals = offered.slice(0, refusing).map((name) => ({ ...entry, outcome: 'refused', carrier: name }));
  const outcome = carrier === undefined ? refusalOf(offered) : booked(request, carrier);
  // the last answer is written down with the outcome
  const last = carrier === undefined ? refusals.pop() : { ...entry, outcome: 'succeeded', carrier };
  for (const refusal of refusals) await journal.append(refusal);
  const state = await settle(journal, { outcome, entry: last ?? { ...entry, outcome: 'refused' } });
  if (zipCode === '77777') return never();
  return accepted(state, request);
}

const refusalOf = (offered: string[]): KeyState =>
  offered.length === 0
    ? { kind: 'REFUSED', code: 'NO_CARRIER', reason: 'no carrier goes there' }
    : { kind: 'REFUSED', code: 'LABEL_REFUSED', reason: `refused by ${offered.join(', ')}` };

/** Gives a key its outcome, once; a repeated key keeps the one it had. */
async function settle(journal: SandboxJournal, p: { outcome: KeyState; entry: Entry }): Promise<KeyState> {
  const { carrier: _carrier, ...broker } = p.entry;
  const before = await journal.claim({ key: p.entry.key, state: p.outcome, entry: p.entry });
  return before ? replay(journal, broker, before) : p.outcome;
}

async function replay(journal: SandboxJournal, entry: LabelEntry, before: KeyState): Promise<KeyState> {
  await journal.append({ ...entry, outcome: before.kind === 'CANCELLED' ? 'refused' : 'replayed' });
  return before;
}

/** @throws StepError NO_CARRIER or LABEL_REFUSED */
function accepted(state: KeyState, { shipment: { shipmentId } }: LabelRequest): Booked {
  if (state.kind === 'BOOKED') return state;
  if (state.kind === 'REFUSED')
    throw new StepError(state.code ?? 'LABEL_REFUSED', `the label for ${shipmentId}: ${state.reason}`);
  throw new StepError('LABEL_REFUSED', `the label for ${shipmentId} was cancelled`);
}

function booked({ key }: LabelRequest, carrier: string): Booked {
  const digits = BigInt(`0x${createHash('sha256').update(key).digest('hex').slice(0, 15)}`);
  const trackingNumber = `WB${String(digits).padStart(12, '0').slice(-12)}`;
  return { kind: 'BOOKED', carrier, trackingNumber };
}

async function cancelLabel(journal: SandboxJournal, entry: LabelEntry): Promise<boolean> {
  const { key } = entry;
  const tombstone: KeyState = { kind: 'CANCELLED', label: false };
  const before = await journal.claim({ key, state: tombstone, entry: { ...entry, outcome: 'nothing-to-cancel' } });
  if (!before) return false;
  if (before.kind === 'BOOKED') {
    const to: KeyState = { kind: 'CANCELLED', label: true };
    const cancelled = await journal.change({ key, from: 'BOOKED', to, entry: { ...entry, outcome: 'succeeded' } });
    if (cancelled) return true;
  }
  await journal.append({ ...entry, outcome: before.kind === 'REFUSED' ? 'nothing-to-cancel' : 'replayed' });
  return before.kind === 'BOOKED' || (before.kind === 'CANCELLED' && before.label);
}
