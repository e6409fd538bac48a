import type { Finding, StatedCharge } from '../../domain/reconciliation';
import type { OrderId } from '../../domain/ids';
import type { ReconciliationDeps } from './deps';
import { asStep } from '../step';
import { chargeFinding } from '../../domain/reconciliation';
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
  const limit = Date.parse(deps.now()) - deps.limits.settledAfterS * 1000;
  const settled = charges.filter(({ at }) => Date.parse(at) <= limit);
  const events = await forEachOrder(
    settled.map(({ orderId }) => orderId),
    (orderId) => deps.books.readEvents({ orderId, from: 1, to: Number.MAX_SAFE_INTEGER }),
  );
  const findings = settled.map((charge, i) => chargeFinding(charge, events[i]!));
  return { charges: settled.length, findings: findings.filter((finding) => finding !== undefined) };
}
