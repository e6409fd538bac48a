import type { Finding, StatedCharge } from '../../domain/reconciliation';
import type { OrderEvent } from '../../domain/events';
import type { OrderId } from '../../domain/ids';
import type { ReconciliationDeps } from './deps';
import { asStep } from '../step';
import { chargeFinding, isOver } from '../../domain/reconciliation';
import { fold } from '../../domain/projection';
import { forEachOrder } from '../look';

/** Names a charge at the payment company. */
export interface ChargeName {
  chargeKey: string;
  orderId: OrderId;
}

export interface ChargesLook {
  charges: number;
  findings: Finding[];
  /** of the next page; absent after the last */
  token?: string;
}

/** What the payment company took, held against the orders' own events. */
export function createChargeLooks(deps: ReconciliationDeps) {
  return {
    /** A page of the company's statement. */
    lookAtCharges: asStep(async (p: { since: string; token?: string }): Promise<ChargesLook> => {
      const { charges, token } = await deps.statements.listCharges(p);
      return { ...(await compare(deps, charges)), ...(token !== undefined && { token }) };
    }),

    /** These charges, again or because there is something about them. */
    lookAtTheseCharges: asStep(async ({ charges: names }: { charges: ChargeName[] }): Promise<ChargesLook> => {
      const charges = await Promise.all(names.map((name) => deps.statements.readCharge(name)));
      return compare(
        deps,
        charges.filter((charge) => charge !== undefined),
      );
    }),
  };
}

async function compare(deps: ReconciliationDeps, charges: readonly StatedCharge[]): Promise<ChargesLook> {
  const { settledAfterS, stuckAfterS } = deps.limits;
  const now = Date.parse(deps.now());
  const isOlder = ({ at }: StatedCharge, seconds: number) => Date.parse(at) <= now - seconds * 1000;
  const settled = charges.filter((charge) => isOlder(charge, settledAfterS));
  const orderIds = settled.map(({ orderId }) => orderId);
  const stored = await forEachOrder(orderIds, (orderId) =>
    deps.books.readEvents({ orderId, from: 1, to: Number.MAX_SAFE_INTEGER }),
  );
  const findings = settled.flatMap((charge, i) => {
    const events = stored[i]!;
    const isDue = isOlder(charge, mayBeUnderWay(events) ? stuckAfterS : 0) && !isAwaited(events);
    return (isDue && chargeFinding(charge, events)) || [];
  });
  return { charges: settled.length, findings };
}

/** An order that has not ended may be asking what became of a charge whose answer was lost. */
function mayBeUnderWay(events: readonly OrderEvent[]): boolean {
  const order = fold(events);
  return order !== undefined && !isOver(order);
}

/** A company that is out of order, or somebody who decides: the order says itself what it waits for. */
function isAwaited(events: readonly OrderEvent[]): boolean {
  const order = fold(events);
  return order?.attention !== undefined || order?.delayed !== undefined;
}
