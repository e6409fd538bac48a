import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { Cause } from '../domain/cause';
import type { InspectedItem } from '../domain/events';
import type { ShipmentLine, ShippingAddress } from '../domain/order';
import { CHANGE_REFUSED } from './messages';

/** Why changes are refused, in the words that callers read. */
export const CLOSED = 'the order is closed';
export const WITH_CARRIER = 'the parcel is with the carrier already';

/** What is asked of an order whose parcels are on their way; looked at one after the other. */
export type Request = { cause: Cause } & (
  | { kind: 'address'; address: ShippingAddress }
  | { kind: 'return'; items: ShipmentLine[]; reason?: string }
  | { kind: 'received'; returnId: string }
  | { kind: 'inspected'; returnId: string; items: InspectedItem[] }
);

/** A request, and what whoever asked hears of it. */
export type Mail = Request & { given?: Given; refused?: string };

export interface Given {
  returnId?: string;
  /** minor units */
  refunded?: number;
}

/** Puts a request to the order and waits for the answer. @throws CHANGE_REFUSED */
export async function request(run: { mail: Mail[] }, what: Request): Promise<Given> {
  const mail: Mail = { ...what };
  run.mail.push(mail);
  await condition(() => mail.given !== undefined || mail.refused !== undefined);
  if (mail.refused !== undefined) throw refusal(mail.refused);
  return mail.given!;
}

export const refusal = (reason: string): ApplicationFailure => ApplicationFailure.nonRetryable(reason, CHANGE_REFUSED);

/** Everybody who still waits for an answer when the order is over. */
export function refuseAll(run: { mail: Mail[] }): void {
  for (const mail of run.mail.splice(0)) mail.refused = CLOSED;
}
