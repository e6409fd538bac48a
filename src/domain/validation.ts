import type {
  Channel,
  Fail,
  Order,
  OrderLine,
  OrderSubmission,
  ShippingAddress,
  SubmittedItem,
  ValidationError,
} from './order';
import { isOrderId, ORDER_ID_PATTERN } from './ids';
import { CHANNELS, isPlainText, MAX_TEXT } from './order';
import { checkPolicy } from './policy';
import { fromMinorUnits, MAX_AMOUNT, minorDigits, toMinorUnits, totalTolerance } from './money';

/** More distinct products than this do not fit into one DynamoDB transaction together with their warehouses. */
export const MAX_PRODUCTS = 40;
/** Lines as sent, before equal products are merged. */
export const MAX_LINES = 200;
/** Units of one product in one order. */
export const MAX_QUANTITY = 100_000;
/** Grams of one unit: a tonne. */
export const MAX_WEIGHT_G = 1_000_000;
const DEFAULT_PAYMENT_METHOD = 'pm_ok';

export type Validation = { valid: true; order: Order } | { valid: false; errors: ValidationError[] };

/**
 * Applies requirements D1 to an order as it was sent and puts its money into minor units.
 *
 * @returns the order with equal products merged into one line, or every error, not only the first
 */
export function validateOrder(submission: OrderSubmission): Validation {
  const errors: ValidationError[] = [];
  const fail: Fail = (pointer, code, detail) => void errors.push({ pointer, code, detail });

  if (!isOrderId(submission.orderId)) fail('/orderId', 'invalid', `expected ${ORDER_ID_PATTERN}`);
  const customerId = requireText(submission.customerId, '/customerId', fail);
  const shippingAddress = checkAddress(submission.shippingAddress, fail);
  const paymentMethod = requireText(submission.paymentMethod ?? DEFAULT_PAYMENT_METHOD, '/paymentMethod', fail);
  const placedAt = checkTimestamp(submission.timestamp, fail);
  const money = checkCurrency(submission.currency, fail);
  const { currency } = money;

  const policy = checkPolicy(submission.policy, fail);
  const channels = checkChannels(submission.channels, fail);
  const lines = checkItems(submission.items, money);
  const total = checkAmount(submission.totalAmount, '/totalAmount', money);
  const amounts = lines && total !== undefined ? spreadTotal(lines, total, money) : undefined;
  if (errors.length > 0 || !customerId || !shippingAddress || !paymentMethod || total === undefined || !amounts)
    return { valid: false, errors };

  const { orderId } = submission;
  const order = { orderId, customerId, lines: amounts, totalAmount: total, currency, shippingAddress, paymentMethod };
  const optional = { ...(placedAt && { placedAt }), ...(policy && { policy }), ...(channels && { channels }) };
  return { valid: true, order: { ...order, ...optional } };
}

/**
 * Checks an address by itself, as when it is changed.
 *
 * @returns the address, or every error, with pointers from `/shippingAddress` on
 */
export function validateAddress(
  address: OrderSubmission['shippingAddress'],
): { valid: true; address: ShippingAddress } | { valid: false; errors: ValidationError[] } {
  const errors: ValidationError[] = [];
  const checked = checkAddress(address, (pointer, code, detail) => void errors.push({ pointer, code, detail }));
  return checked ? { valid: true, address: checked } : { valid: false, errors };
}

/**
 * Checks an amount by itself, as a payment company tells it.
 *
 * @param p.amount decimal, in major units
 * @returns the amount in minor units, exact; what is wrong goes to `fail`, under `/amount` and `/currency`
 */
export function checkMoney(
  p: { amount?: number; currency?: string },
  fail: Fail,
): { amount: number; currency: string } | undefined {
  const money = checkCurrency(p.currency, fail);
  const amount = checkAmount(p.amount, '/amount', money);
  return amount === undefined || !money.isKnown ? undefined : { amount, currency: money.currency };
}

interface Money {
  currency: string;
  digits: number;
  fail: Fail;
}

function checkCurrency(code: string | undefined, fail: Fail): Money & { isKnown: boolean } {
  const currency = requireText(code, '/currency', fail) ?? '';
  const digits = minorDigits(currency);
  const isKnown = digits !== undefined;
  if (currency && !isKnown)
    fail(
      '/currency',
      'unknown_currency',
      `expected the ISO 4217 code of a currency that is paid in, got ${quote(currency)}`,
    );
  return { currency, digits: digits ?? MOST_DIGITS, fail, isKnown };
}

type CheckedLine = Omit<OrderLine, 'amount'> & { pointer: string };

// with an unknown currency the other checks go on with the most decimals there are
const MOST_DIGITS = 4;

function checkItems(items: SubmittedItem[] | undefined, money: Money): CheckedLine[] | undefined {
  const { fail } = money;
  if (!items || items.length === 0) return void fail('/items', 'required', 'expected at least one item');
  if (items.length > MAX_LINES)
    return void fail('/items', 'too_many', `expected at most ${MAX_LINES} items, got ${items.length}`);
  const checked = items.map((item, i) => checkItem(item, `/items/${i}`, money));
  const good = checked.filter((line) => line !== undefined);
  const { lines, agreed } = mergeLines(good, fail);
  if (lines.length > MAX_PRODUCTS)
    fail('/items', 'too_many_products', `expected at most ${MAX_PRODUCTS} distinct products, got ${lines.length}`);
  return agreed && good.length === items.length ? lines : undefined;
}

function checkItem(item: SubmittedItem, pointer: string, money: Money): CheckedLine | undefined {
  const productId = requireText(item.productId, `${pointer}/productId`, money.fail);
  const quantity = checkQuantity(item.quantity, `${pointer}/quantity`, money.fail);
  const unitPrice = checkAmount(item.price, `${pointer}/price`, money);
  const weight = checkWeight(item.weight, `${pointer}/weight`, money.fail);
  if (productId === undefined || quantity === undefined || unitPrice === undefined || weight === 'wrong')
    return undefined;
  return { pointer, productId, quantity, unitPrice, ...(weight !== undefined && { unitWeight: weight }) };
}

/** Grams of one unit. */
function checkWeight(weight: number | undefined, pointer: string, fail: Fail): number | undefined | 'wrong' {
  if (weight === undefined || (Number.isInteger(weight) && weight > 0 && weight <= MAX_WEIGHT_G)) return weight;
  fail(pointer, 'invalid', `expected whole grams of one unit, from 1 to ${MAX_WEIGHT_G}, got ${weight}`);
  return 'wrong';
}

function checkChannels(channels: string[] | undefined, fail: Fail): Channel[] | undefined {
  if (channels === undefined) return undefined;
  const known = CHANNELS.filter((channel) => channels.includes(channel));
  if (known.length > 0 && channels.every((channel) => known.includes(channel as Channel))) return known;
  return void fail('/channels', 'invalid', `expected some of ${CHANNELS.join(', ')}`);
}

/** One line per product; nobody could choose between two prices of one product. */
function mergeLines(checked: CheckedLine[], fail: Fail): { lines: CheckedLine[]; agreed: boolean } {
  const lines = new Map<string, CheckedLine>();
  let agreed = true;
  for (const line of checked) {
    const { productId, pointer, unitPrice } = line;
    const known = lines.get(productId) ?? { ...line, quantity: 0 };
    const quantity = known.quantity + line.quantity;
    if (known.unitPrice !== unitPrice) {
      agreed = false;
      fail(`${pointer}/price`, 'conflicting_price', `expected one price for all lines of ${quote(productId)}`);
    }
    if (quantity > MAX_QUANTITY)
      fail(`${pointer}/quantity`, 'too_large', `expected at most ${MAX_QUANTITY} of ${quote(productId)} in all`);
    lines.set(productId, { ...known, quantity });
  }
  return { lines: [...lines.values()], agreed };
}

/** A whole number of units of one product; what is wrong goes to `fail`. */
export function checkQuantity(quantity: number | undefined, pointer: string, fail: Fail): number | undefined {
  if (quantity === undefined) return void fail(pointer, 'required', 'expected a whole number above 0');
  if (!Number.isInteger(quantity) || quantity <= 0)
    return void fail(pointer, 'not_positive', `expected a whole number above 0, got ${quantity}`);
  if (quantity > MAX_QUANTITY)
    return void fail(pointer, 'too_large', `expected at most ${MAX_QUANTITY}, got ${quantity}`);
  return quantity;
}

function checkAmount(decimal: number | undefined, pointer: string, { currency, digits, fail }: Money) {
  if (decimal === undefined) return void fail(pointer, 'required', 'expected an amount above 0');
  if (!Number.isFinite(decimal) || decimal <= 0)
    return void fail(pointer, 'not_positive', `expected an amount above 0, got ${decimal}`);
  const minor = toMinorUnits(decimal, digits);
  if (minor.ok) return minor.amount;
  return minor.reason === 'too-precise'
    ? void fail(pointer, 'too_precise', `expected at most ${digits} decimals for ${currency}, got ${decimal}`)
    : void fail(
        pointer,
        'too_large',
        `expected at most ${fromMinorUnits(MAX_AMOUNT, digits)} ${currency}, got ${decimal}`,
      );
}

/** Gives each line its part of the total: what D1 tolerates goes to the last line, and further up where that is too small. */
function spreadTotal(lines: CheckedLine[], total: number, { currency, digits, fail }: Money): OrderLine[] | undefined {
  const sum = lines.reduce((all, { quantity, unitPrice }) => all + quantity * unitPrice, 0);
  if (Math.abs(sum - total) > totalTolerance(digits)) {
    const expected =
      sum > MAX_AMOUNT ? 'an order of a sane size' : `${fromMinorUnits(sum, digits)} ${currency}, the sum of the items`;
    return void fail('/totalAmount', 'total_mismatch', `expected ${expected}, got ${fromMinorUnits(total, digits)}`);
  }
  let rest = total - sum;
  const amounts = lines.toReversed().map(({ pointer: _pointer, ...line }) => {
    const { quantity, unitPrice } = line;
    const exact = quantity * unitPrice;
    const amount = Math.max(0, exact + rest);
    rest -= amount - exact;
    return { ...line, amount };
  });
  return amounts.toReversed();
}

/** A text that every table and queue carries; what is wrong goes to `fail`. */
export function requireText(text: string | undefined, pointer: string, fail: Fail): string | undefined {
  if (text === undefined || text.trim() === '')
    return void fail(pointer, 'required', 'expected a text that is not empty');
  return checkText(text, pointer, fail);
}

/** The same of a text that may be empty. */
export function checkText(text: string, pointer: string, fail: Fail): string | undefined {
  if (text.length > MAX_TEXT)
    return void fail(pointer, 'too_long', `expected at most ${MAX_TEXT} characters, got ${text.length}`);
  if (!isPlainText(text)) return void fail(pointer, 'invalid', 'expected no control characters and no half characters');
  return text;
}

function checkAddress(address: OrderSubmission['shippingAddress'], fail: Fail) {
  if (!address) return void fail('/shippingAddress', 'required', 'expected street, city, country and zipCode');
  const part = (name: keyof typeof address) => requireText(address[name], `/shippingAddress/${name}`, fail);
  const [street, city, country, zipCode] = [part('street'), part('city'), part('country'), part('zipCode')];
  return street && city && country && zipCode ? { street, city, country, zipCode } : undefined;
}

/** An ISO 8601 time, or none; what is wrong goes to `fail`. */
export function checkTimestamp(timestamp: string | undefined, fail: Fail, pointer = '/timestamp'): string | undefined {
  if (timestamp === undefined) return undefined;
  if (
    timestamp.length <= 40 &&
    ISO_TIME.test(timestamp) &&
    isCalendarDay(timestamp) &&
    !Number.isNaN(Date.parse(timestamp))
  )
    return timestamp;
  return void fail(pointer, 'invalid', `expected an ISO 8601 time, got ${quote(timestamp)}`);
}

/** Date.parse takes 30 February for 2 March. */
function isCalendarDay(timestamp: string): boolean {
  const [year = 0, month = 0, day = 0] = timestamp.slice(0, 10).split('-').map(Number);
  return day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

const quote = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
