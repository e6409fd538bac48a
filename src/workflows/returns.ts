import type { Cause } from '../domain/cause';
import type { InspectedItem } from '../domain/events';
import type { Mail } from './mail';
import type { OrderRun } from './order-run';
import type { ReturnCase } from './life';
import type { ShipmentLine } from '../domain/order';
import { causedBy } from '../domain/cause';
import { expireReturn } from './expiry';
import { flush, record } from './record';
import { excessOf, keep, returnable, unclaimed } from './life';
import { keys, returnIdOf } from '../domain/ids';
import { awaitDelivery, leaveAwaitDelivery } from './await-delivery';
import { moveParcels } from './relabel';
import { linesOf, policyOf } from '../domain/order';
import { refund } from './payment';
import { restock } from './carrier-news';

/** Looks at what customers and staff asked for, in the order it came. */
export async function answerMail(run: OrderRun): Promise<void> {
  for (let mail = run.mail[0]; mail; mail = run.mail[0]) {
    await answer(run, mail);
    run.mail.shift();
  }
}

async function answer(run: OrderRun, mail: Mail): Promise<void> {
  switch (mail.kind) {
    case 'address':
      return moveParcels(run, mail);
    case 'return': {
      // what was asked for a moment before may have taken the units
      const excess = excessOf(mail.items, returnable(run.life));
      if (excess) return void (mail.refused = excess);
      const { returnId } = await openReturn(run, mail);
      return void (mail.given = { returnId });
    }
    case 'received':
      return receive(run, mail);
    case 'inspected':
      return inspect(run, mail);
    default:
      return mail satisfies never;
  }
}

interface Opening {
  items: ShipmentLine[];
  reason?: string;
  cause?: Cause;
}

async function openReturn(run: OrderRun, { items, reason, cause }: Opening): Promise<ReturnCase> {
  const { life } = run;
  const { orderId } = run.acceptance.submission;
  const n = life.returns.length + 1;
  const until = Date.now() + policyOf(life.order!).returnWithinS * 1000;
  const one: ReturnCase = { returnId: returnIdOf(orderId, n), items, status: 'REQUESTED', until };
  life.returns.push(one);
  const data = { returnId: one.returnId, items, ...(reason !== undefined && { reason }) };
  await record(run, keys.nth('return', orderId, n), { type: 'Return Requested', data, ...causedBy(cause) });
  return one;
}

const find = (run: OrderRun, returnId: string) => run.life.returns.find((one) => one.returnId === returnId)!;

async function receive(run: OrderRun, mail: Extract<Mail, { kind: 'received' }>): Promise<void> {
  const { returnId, cause } = mail;
  const one = find(run, returnId);
  if (one.status === 'EXPIRED') return void (mail.refused = `return ${returnId} has expired`);
  if (one.status === 'REQUESTED') {
    one.status = 'RECEIVED';
    await record(run, `return-received#${returnId}`, { type: 'Return Received', data: { returnId }, cause });
  }
  mail.given = { returnId };
}

/** The money for what is accepted goes back, and the goods back into stock or out of the books. */
async function inspect(run: OrderRun, mail: Extract<Mail, { kind: 'inspected' }>): Promise<void> {
  const { life, log } = run;
  const { returnId, items, cause } = mail;
  const one = find(run, returnId);
  if (one.status === 'INSPECTED') return void (mail.given = { returnId, refunded: one.refunded ?? 0 });
  leaveAwaitDelivery(run);
  const leave = log.enter('HandleReturn');
  one.status = 'INSPECTED';
  const refunded = keep(life, linesWith(items, 'RESTOCK', 'WRITE_OFF'), -1);
  one.refunded = refunded;
  const { currency } = life.order!;
  const data = { returnId, items, amount: refunded, currency };
  await record(run, `return-inspected#${returnId}`, { type: 'Return Inspected', data, cause });
  mail.given = { returnId, refunded };

  const writtenOff = linesWith(items, 'WRITE_OFF');
  await refund(run, refunded, { cause: returnId, because: `the customer sent goods back (${returnId})` });
  leave();
  if (writtenOff.length > 0) log.note({ type: 'Inventory Written Off', data: { items: writtenOff, cause: returnId } });
  await restock(run, returnId, linesWith(items, 'RESTOCK'));
  await flush(run, `returned#${returnId}`);
  awaitDelivery(run);
}

const linesWith = (items: readonly InspectedItem[], ...outcomes: InspectedItem['outcome'][]): ShipmentLine[] =>
  items.filter(({ outcome }) => outcomes.includes(outcome)).map(({ productId, quantity }) => ({ productId, quantity }));

/** What has shipped of a cancelled order comes back. */
export async function returnParcels(run: OrderRun, why: Omit<Opening, 'items'>): Promise<string | undefined> {
  const items = linesOf(unclaimed(run.life));
  return items.length > 0 ? (await openReturn(run, { items, ...why })).returnId : undefined;
}

/** What was announced and never came is not waited for any longer. */
export async function expireReturns(run: OrderRun): Promise<void> {
  for (const one of run.life.returns) {
    if (one.status !== 'REQUESTED' || one.until > Date.now()) continue;
    await expireReturn(run, one);
  }
}
