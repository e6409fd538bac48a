import type { JournalEntry } from '../../gateway/ports';

/** Money taken; `refunded` of it went back. Minor units. */
export interface Charged {
  kind: 'CHARGED';
  paymentId: string;
  amount: number;
  refunded: number;
}

/** What a sandbox company knows under a key; the first to claim a key decides it. */
export type KeyState =
  | Charged
  | { kind: 'DECLINED'; reason: string }
  | { kind: 'VOIDED' }
  | { kind: 'REFUNDED' }
  | { kind: 'BOOKED'; carrier: string; trackingNumber: string }
  | { kind: 'REFUSED'; reason: string }
  /** `label`: there was one */
  | { kind: 'CANCELLED'; label: boolean }
  | { kind: 'SEEN'; by: string }
  /** a message to a customer */
  | { kind: 'DELIVERED' };

export type Entry = Omit<JournalEntry, 'at'> & { orderId: string };

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
   * Takes a key for a refund and counts it on the charge, and journals the call, all or nothing.
   *
   * @returns false when the key is taken, or the charge is not as it was read
   */
  refund(p: { key: string; chargeKey: string; from: Charged; amount: number; entry: Entry }): Promise<boolean>;
  state(key: string): Promise<KeyState | undefined>;
  append(entry: Entry): Promise<void>;
  /** in the order of the calls */
  entries(orderId: string): Promise<JournalEntry[]>;
}
