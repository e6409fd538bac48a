import { createHash } from 'node:crypto';
import type { CarrierProvider, LabelRequest } from '../../activities/ports';
import type { Entry, KeyState, SandboxJournal } from './journal';
import { StepError } from '../../domain/failures';
import { answerWithin, never } from './answer';

const COMPANY = 'the carrier sandbox';

type Booked = Extract<KeyState, { kind: 'BOOKED' }>;

/** A carrier broker in a box: it behaves by the destination's zip code, and remembers every key for ever. */
export function createSandboxCarriers(p: { journal: SandboxJournal; timeoutMs: number }): CarrierProvider {
  const ask = <T>(call: Promise<T>) => answerWithin(p.timeoutMs, COMPANY, call);
  return {
    bookLabel: (request) => ask(bookLabel(p.journal, request)),
    cancelLabel: (request) => ask(cancelLabel(p.journal, request)),
  };
}

async function bookLabel(journal: SandboxJournal, request: LabelRequest): Promise<Booked> {
  switch (request.address.zipCode) {
    case '00000':
      await settle(journal, request, { kind: 'REFUSED', reason: 'no carrier serves this destination' });
      throw new StepError('NO_CARRIER', `no carrier serves zip code ${request.address.zipCode}`);
    case '99999':
      await settle(journal, request, { kind: 'REFUSED', reason: 'label refused' });
      throw new StepError('LABEL_REFUSED', `the carrier refused the label for ${request.shipment.shipmentId}`);
    case '77777': {
      const known = await journal.state(request.key);
      const state = await settle(journal, request, booked(request));
      return known ? accepted(state, request) : never();
    }
    default:
      return accepted(await settle(journal, request, booked(request)), request);
  }
}

async function settle(journal: SandboxJournal, { key, orderId }: LabelRequest, state: KeyState): Promise<KeyState> {
  const entry: Entry = { provider: 'carrier', operation: 'label', orderId, key, outcome: '' };
  const outcome = state.kind === 'BOOKED' ? 'succeeded' : 'refused';
  const before = await journal.claim({ key, state, entry: { ...entry, outcome } });
  if (!before) return state;
  await journal.append({ ...entry, outcome: before.kind === 'CANCELLED' ? 'refused' : 'replayed' });
  return before;
}

function accepted(state: KeyState, { shipment }: LabelRequest): Booked {
  if (state.kind === 'BOOKED') return state;
  throw new StepError('LABEL_REFUSED', `the label for ${shipment.shipmentId} was cancelled`);
}

function booked({ key, address }: LabelRequest): Booked {
  const digits = BigInt(`0x${createHash('sha256').update(key).digest('hex').slice(0, 15)}`);
  const trackingNumber = `WB${String(digits).padStart(12, '0').slice(-12)}`;
  return { kind: 'BOOKED', carrier: CARRIERS.get(address.country) ?? 'Globe Parcel', trackingNumber };
}

const CARRIERS = new Map([
  ['KR', 'Peninsula Express'],
  ['US', 'Prairie Freight'],
  ['JP', 'Island Courier'],
]);

async function cancelLabel(
  journal: SandboxJournal,
  { key, orderId }: { key: string; orderId: string },
): Promise<boolean> {
  const entry: Entry = { provider: 'carrier', operation: 'cancel-label', orderId, key, outcome: '' };
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
