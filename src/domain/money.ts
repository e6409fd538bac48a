import currencyCodes from 'currency-codes';

/** The largest amount accepted for one order, in minor units; products of accepted values stay exact integers. */
export const MAX_AMOUNT = 1_000_000_000_000;

/**
 * Decimals of a currency's minor unit (ISO 4217).
 *
 * @returns 2 for USD, 0 for JPY, 3 for KWD; `undefined` when the code is no currency that can be paid in
 */
export function minorDigits(currency: string): number | undefined {
  if (NOT_PAYABLE.test(currency)) return undefined;
  const entry = currencyCodes.code(currency);
  return entry?.code === currency ? entry.digits : undefined;
}

// codes of the standard that nobody pays in: funds, metals, bond units, testing, "no currency"
const NOT_PAYABLE = /^(BOV|CHE|CHW|CLF|COU|MXV|USN|UYI|UYW|X(?!AF|CD|CG|OF|PF)..)$/;

export type MinorUnits = { ok: true; amount: number } | { ok: false; reason: 'too-precise' | 'too-large' };

/**
 * A decimal amount in minor units, exact: works on the decimal digits of the number, never on its binary value.
 *
 * @param decimal in major units, finite
 * @param digits  decimals of the minor unit
 */
export function toMinorUnits(decimal: number, digits: number): MinorUnits {
  const { whole, fraction, exponent } = decimalParts(decimal);
  const places = Math.max(0, fraction.length - exponent);
  if (places > digits) return { ok: false, reason: 'too-precise' };
  const amount = Number(whole + fraction + '0'.repeat(Math.max(0, digits - fraction.length + exponent)));
  return Math.abs(amount) > MAX_AMOUNT ? { ok: false, reason: 'too-large' } : { ok: true, amount };
}

function decimalParts(decimal: number): { whole: string; fraction: string; exponent: number } {
  const [mantissa = '0', exponent = '0'] = String(decimal).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { whole, fraction, exponent: Number(exponent) };
}

/** An amount in minor units as a decimal number in major units, for HTTP, the bus and the journal. */
export function toDecimal(amount: number, currency: string): number {
  return fromMinorUnits(amount, minorDigits(currency) ?? 0);
}

/** The inverse of {@link toMinorUnits}, exact. */
export function fromMinorUnits(amount: number, digits: number): number {
  const text = String(Math.abs(amount)).padStart(digits + 1, '0');
  const split = text.length - digits;
  return Number(`${amount < 0 ? '-' : ''}${text.slice(0, split)}.${text.slice(split) || '0'}`);
}

/** How far items and total may differ (requirements D1: 0.01 in major units), in minor units; 0 without decimals. */
export function totalTolerance(digits: number): number {
  return digits < 2 ? 0 : 10 ** (digits - 2);
}
