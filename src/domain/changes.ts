import type { Operator } from './operator';
import type { InspectedItem, Resolution } from './events';
import type { Fail, ShipmentLine, ShortageChoice } from './order';
import { INSPECTION_OUTCOMES, RESOLUTIONS } from './events';
import { linesOf, MAX_TEXT, SHORTAGE_CHOICES, unitsOf } from './order';
import { checkQuantity, checkText, MAX_LINES, requireText } from './validation';

/*
 * Changes of an order as they are sent: the types are checked, the values are not. Each function tells everything that
 * is wrong to `fail`, by its pointer, and gives the change when nothing is.
 */

export function checkDecision(p: { choice?: string }, fail: Fail): { choice: ShortageChoice } | undefined {
  const choice = oneOf(SHORTAGE_CHOICES, p.choice, { pointer: '/choice', fail });
  return choice && { choice };
}

/** A reason that may be absent. */
export function checkReason(p: { reason?: string }, fail: Fail): { reason?: string } {
  const reason = p.reason === undefined ? undefined : checkText(p.reason, '/reason', fail);
  return reason ? { reason } : {};
}

/** Who asks by hand, as it is sent. */
interface SentOperator {
  by?: string;
  reason?: string;
}

/** Who asks by hand, and why: both, or neither. */
export function checkOperator({ by, reason }: SentOperator, fail: Fail): { operator?: Operator } {
  if (by === undefined && reason === undefined) return {};
  if (by === undefined) fail('/by', 'required', 'expected who asks, where a reason is told');
  if (reason === undefined) fail('/reason', 'required', 'expected why, where it is told who asks');
  const name = by === undefined ? undefined : requireText(by, '/by', fail);
  const why = reason === undefined ? undefined : requireText(reason, '/reason', fail);
  return name && why ? { operator: { by: name, reason: why } } : {};
}

/** A cancellation: the customer's, whose reason is told on, or an operator's, whose reason stays inside. */
export function checkCancellation(p: SentOperator, fail: Fail): { reason?: string; operator?: Operator } {
  return p.by === undefined ? checkReason(p, fail) : checkOperator(p, fail);
}

interface SentItem {
  productId?: string;
  quantity?: number;
  outcome?: string;
}

/** What is to come back: one line per product. */
export function checkReturnItems(items: SentItem[] | undefined, fail: Fail): ShipmentLine[] | undefined {
  const lines = checkItems(items, fail, checkLine);
  return lines && linesOf(unitsOf(lines));
}

/** What became of what came back; units of one product may differ in it. */
export function checkInspectedItems(items: SentItem[] | undefined, fail: Fail): InspectedItem[] | undefined {
  return checkItems(items, fail, (item, pointer) => {
    const line = checkLine(item, pointer, fail);
    const outcome = oneOf(INSPECTION_OUTCOMES, item.outcome, { pointer: `${pointer}/outcome`, fail });
    return line && outcome && { ...line, outcome };
  });
}

/** Who settles what cannot be undone, and how: going on without it needs a reason, having done it by hand a reference. */
export function checkResolution(
  p: { action?: string; by?: string; reason?: string; reference?: string },
  fail: Fail,
): Resolution | undefined {
  const action = oneOf(RESOLUTIONS, p.action, { pointer: '/action', fail });
  const by = requireText(p.by, '/by', fail);
  const member = (name: 'reason' | 'reference', isRequired: boolean) => {
    if (isRequired) return requireText(p[name], `/${name}`, fail);
    return p[name] === undefined ? undefined : checkText(p[name], `/${name}`, fail);
  };
  const reason = member('reason', action === 'SKIP');
  const reference = member('reference', action === 'SETTLE');
  if (!action || !by) return undefined;
  return { action, by, ...(reason && { reason }), ...(reference && { reference }) };
}

function checkItems<T>(
  items: SentItem[] | undefined,
  fail: Fail,
  check: (item: SentItem, pointer: string, fail: Fail) => T | undefined,
): T[] | undefined {
  if (!items || items.length === 0) return void fail('/items', 'required', 'expected at least one item');
  if (items.length > MAX_LINES)
    return void fail('/items', 'too_many', `expected at most ${MAX_LINES} items, got ${items.length}`);
  return items.map((item, i) => check(item, `/items/${i}`, fail)).filter((item) => item !== undefined);
}

function checkLine(item: SentItem, pointer: string, fail: Fail): ShipmentLine | undefined {
  const productId = requireText(item.productId, `${pointer}/productId`, fail);
  const quantity = checkQuantity(item.quantity, `${pointer}/quantity`, fail);
  return productId === undefined || quantity === undefined ? undefined : { productId, quantity };
}

function oneOf<T extends string>(
  known: readonly T[],
  value: string | undefined,
  { pointer, fail }: { pointer: string; fail: Fail },
): T | undefined {
  const found = known.find((one) => one === value);
  if (found) return found;
  const got = value === undefined ? 'nothing' : JSON.stringify(value.slice(0, MAX_TEXT));
  return void fail(
    pointer,
    value === undefined ? 'required' : 'invalid',
    `expected one of ${known.join(', ')}, got ${got}`,
  );
}
