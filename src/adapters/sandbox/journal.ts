import type { Dependency } from '../../domain/breaker';
import type { JournalEntry, ProviderSwitch, ProviderSwitches, Settlement } from '../../gateway/ports';

/** What all states of money have: minor units. */
interface Money {
  paymentId: string;
  amount: number;
  /** of a payment method whose refunds are refused until the company accepts them */
  refusesRefunds?: true;
}

/** Money taken; `refunded` of it went back. */
export interface Charged extends Money {
  kind: 'CHARGED';
  refunded: number;
}

/** Money held until it is captured or voided. */
export interface Authorized extends Money {
  kind: 'AUTHORIZED';
}

/** A payment that the company decides on later. */
export interface Pending extends Money {
  kind: 'PENDING';
  orderId: string;
  currency: string;
}

/** What a sandbox company knows under a key; the first to claim a key decides it. */
export type KeyState =
  | Charged
  | Authorized
  | Pending
  | { kind: 'DECLINED'; reason: string }
  /** `pending`: the money may arrive nevertheless */
  | { kind: 'VOIDED'; pending?: Pending }
  | { kind: 'CAPTURED' }
  | { kind: 'REFUNDED' }
  /** `told`: what the company says of it, each time */
  | { kind: 'SETTLED'; told: Settlement }
  | { kind: 'BOOKED'; carrier: string; trackingNumber: string }
  | { kind: 'REFUSED'; reason: string; code?: 'NO_CARRIER' | 'LABEL_REFUSED' }
  /** `label`: there was one */
  | { kind: 'CANCELLED'; label: boolean }
  | { kind: 'ORDERED'; quantity: number }
  | { kind: 'SEEN'; by: string }
  /** a parcel, by the version of its instruction */
  | { kind: 'PACKING'; version: number }
  /** a message to a customer */
  | { kind: 'DELIVERED' };

export type Entry = Omit<JournalEntry, 'at'> & { orderId: string };

/** A call as it is journaled, but for its outcome. */
export type PaymentEntry = Omit<Entry, 'outcome'>;

/** The durable memory of the sandbox companies: every call is in it before it is answered. */
export interface SandboxJournal {
  /**
   * Takes a key with its state and journals the call, both or nothing.
   *
   * @returns `undefined` when the key was free, otherwise the state it has; then nothing was journaled
   */
  claim(p: { key: string; state: KeyState; entry?: Entry }): Promise<KeyState | undefined>;
  /** Replaces the state of a key that is in the state `from`, and journals the call; false when it is not, any more. */
  change(p: { key: string; from: KeyState['kind']; to: KeyState; entry: Entry }): Promise<boolean>;
  /**
   * Takes a key with its state, replaces that of a charge, and journals the call, all or nothing.
   *
   * @returns false when the key is taken, or the charge is not as it was read
   */
  take(p: {
    key: string;
    state: KeyState;
    charge: { key: string; from: KeyState; to: KeyState };
    entry: Entry;
  }): Promise<boolean>;
  state(key: string): Promise<KeyState | undefined>;
  append(entry: Entry): Promise<void>;
  /** in the order of the calls */
  entries(orderId: string): Promise<JournalEntry[]>;
  /** how a company is to behave just now */
  provider(name: Dependency): Promise<ProviderSwitch>;
  providers(): Promise<ProviderSwitches>;
  switchProvider(name: Dependency, changes: Partial<ProviderSwitch>): Promise<ProviderSwitch>;
}

/** Of a company that nobody has switched. */
export const AS_USUAL: ProviderSwitch = { available: true, refunds: 'refused' };
