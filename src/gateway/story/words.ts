import type { Dependency } from '../../domain/breaker';
import type { Shipment, ShipmentLine, Shortage, ShortageChoice } from '../../domain/order';
import { isDependency } from '../../domain/breaker';
import { minorDigits, toDecimal } from '../../domain/money';

/** An amount in minor units with all the decimals of its currency, such as `59.98 USD`. */
export const shownMoney = (amount: number, currency: string): string =>
  `${toDecimal(amount, currency).toFixed(minorDigits(currency) ?? 0)} ${currency}`;

/** Products that a sentence names; the order has them all. */
const NAMED = 6;

/** Such as `2 × PROD-12345, 1 × PROD-SCARCE`; of many the first ones, and how many more. */
export function listed(items: readonly ShipmentLine[]): string {
  // one more is named sooner than counted
  const named = items.length > NAMED + 1 ? items.slice(0, NAMED) : items;
  const words = named.map(({ productId, quantity }) => `${quantity} × ${productId}`).join(', ');
  return named === items ? words : `${words} and ${items.length - NAMED} other products`;
}

/** What is missing of what was ordered. */
export const missing = (items: readonly Shortage[]): string =>
  listed(items.map(({ productId, shortfall }) => ({ productId, quantity: shortfall })));

/** Such as `2 × PROD-12345 (ICN)`, by warehouse. */
export const placed = (shipments: readonly Shipment[]): string =>
  shipments.map(({ warehouseId, lines }) => `${listed(lines)} (${warehouseId})`).join(', ');

/** `parcel 2` of `ORD-1-S2`. */
export const parcelName = (shipmentId: string): string => {
  const n = /-S(\d+)$/.exec(shipmentId)?.[1];
  return n === undefined ? `parcel ${shipmentId}` : `parcel ${n}`;
};

/** Such as `2 parcels`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

const COMPANIES: Record<Dependency, string> = {
  payment: 'the payment company',
  carrier: 'the carrier',
  supplier: 'the supplier',
  notification: 'whoever delivers messages',
  warehouse: 'the warehouse',
};

/** An outside company in plain words. */
export const companyName = (dependency: string): string =>
  isDependency(dependency) ? COMPANIES[dependency] : dependency;

/** What becomes of an order of which only a part is there. */
export const CHOICES: Record<ShortageChoice, string> = {
  SHIP_AVAILABLE: 'ship what is there and leave the rest out',
  WAIT: 'ship what is there now and the rest when it arrives',
  CANCEL: 'cancel the order',
};

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * What somebody else said, of any length, without the keys of our books: `charge 1` of `charge#ORD-1#1`. Matches begin
 * where a word does, and a run of stops is looked at once: what is long takes no longer for each of its characters.
 */
export const plain = (text: string): string =>
  text
    .replaceAll(/(?<![\w-])([a-z-]+)#[\w.-]+(?:#(\d+))?(?:#[\w.#-]+)?/g, (_key, what: string, n?: string) =>
      n === undefined ? what : `${what} ${n}`,
    )
    .replace(/(?<![.\s])[.\s]+$/, '');

/** Sentences, each with a capital and a full stop; `undefined` when there are none. */
export function sentences(...parts: (string | undefined)[]): string | undefined {
  const told = parts.filter((part) => part !== undefined && part !== '') as string[];
  return told.length === 0 ? undefined : told.map((part) => `${capital(plain(part))}.`).join(' ');
}

/** Why something has to be undone; nothing where nobody wrote it down. */
export const becauseOf = (because: string | undefined): string =>
  because === undefined ? '' : `Why it has to be done: ${plain(because)}.`;

/** What stock or money came back for: a parcel, a return, or too much that was paid. */
export function causeName(cause: string): string {
  if (cause === 'excess') return 'what was paid beyond what ships';
  return /-R\d+$/.test(cause) ? `return ${cause}` : parcelName(cause);
}
