import { BACKORDER_PRODUCTS, FAR_APART, one, orderOf, PLENTIFUL, PRICE, type SandboxOrder, SOLD_OUT } from './orders';

/** An order that goes its own way, for trying it. */
export interface SandboxScenario {
  /** as the demo calls it, where it has the same */
  id: string;
  title: string;
  /** what happens, and what somebody can do about it */
  description: string;
  order: SandboxOrder;
}

const pay = (id: string, title: string, description: string): SandboxScenario => ({
  id,
  title,
  description,
  order: one({ paymentMethod: id }),
});

const send = (zipCode: string, title: string, description: string): SandboxScenario => ({
  id: `zip_${zipCode}`,
  title,
  description,
  order: one({ zipCode }),
});

/** long enough to look at it, and to press something */
const PATIENCE_S = 900;

const partly = { [PLENTIFUL]: 1, [SOLD_OUT]: 1 };

/** What is worth trying; each in its own way shows something of how orders are treated. */
export const SANDBOX_SCENARIOS: readonly SandboxScenario[] = [
  pay('pm_ok', 'A plain sale', 'Everything is there and paid for: it ships within a second or two.'),
  pay('pm_late', 'A slow payment company', 'It answers after 1 s, in time: the order is charged once and ships.'),
  pay(
    'pm_declined',
    'A declined card',
    'Declined, tried once more, declined: the stock is given back, nothing is charged.',
  ),
  pay(
    'pm_declined_once',
    'A card that works at the second try',
    'Declined, then charged under a second key: it ships.',
  ),
  pay(
    'pm_timeout_charged',
    'A charge whose answer is lost',
    'The money was taken, but nobody heard: the charge is looked up instead of made again.',
  ),
  pay(
    'pm_timeout_not_charged',
    'A charge that never arrived',
    'No answer and nothing taken: repeated under the same key, so that it is charged once.',
  ),
  {
    id: 'pm_down',
    title: 'A payment company that is out of order',
    description: 'Every charge meets an error; given up after 20 s. Several of these open the breaker for payment.',
    order: one({ paymentMethod: 'pm_down', policy: { paymentWithinS: 20 } }),
  },
  {
    id: 'pending',
    title: 'A payment that is decided later',
    description: 'It stays pending for up to 15 minutes: settle it in the sandbox, cancel the order, or wait.',
    order: one({ paymentMethod: 'pm_pending', policy: { pendingPaymentWithinS: PATIENCE_S } }),
  },
  {
    id: 'authorize',
    title: 'Money that is held first',
    description: 'The payment is only authorised, and taken when it ships.',
    order: one({ policy: { payment: 'AUTHORIZE' } }),
  },
  {
    id: 'partial_ask',
    title: 'A part is missing, and the customer is asked',
    description: 'One of two products is sold out: decide to ship the rest, wait for it, or cancel.',
    order: orderOf(partly),
  },
  {
    id: 'partial',
    title: 'A part is missing, and that is fine',
    description: 'One of two products is sold out; the order says beforehand to ship what is there.',
    order: { ...orderOf(partly), policy: { onShortage: 'SHIP_AVAILABLE' } },
  },
  {
    id: 'sold_out',
    title: 'Sold out',
    description: 'Nothing of it is there: the order ends.',
    order: orderOf({ [SOLD_OUT]: 1 }),
  },
  {
    id: 'backorder',
    title: 'Sold out, and the customer waits',
    description: `The order waits up to 15 minutes for a delivery of ${BACKORDER_PRODUCTS[1]}: receive some, and it goes on.`,
    order: {
      ...orderOf({ [BACKORDER_PRODUCTS[1]]: 1 }),
      policy: { onUnavailable: 'WAIT', backorderWithinS: PATIENCE_S },
    },
  },
  {
    id: 'warehouses',
    title: 'From two warehouses',
    description: 'No warehouse has both products: two parcels, which go or do not go together.',
    order: orderOf({ [FAR_APART[0]]: 1, [FAR_APART[1]]: 1 }),
  },
  send('66666', 'A carrier that refuses', 'The carrier that fits best refuses the address, the next one takes it.'),
  send(
    '77777',
    'A label whose answer is lost',
    'It was booked, but nobody heard: repeated under the same key, one label.',
  ),
  send('00000', 'Where no carrier goes', 'Charged, and then no carrier serves the address: the money goes back.'),
  send('99999', 'Every carrier refuses', 'Charged, and then refused by all of them for good: the money goes back.'),
  {
    id: 'refund_refused',
    title: 'A refund that does not work',
    description: 'No carrier takes it, and the bank does not take the money back: somebody has to decide what is done.',
    order: one({ paymentMethod: 'pm_refund_refused', zipCode: '99999' }),
  },
  {
    id: 'invalid',
    title: 'A wrong order',
    description: 'A quantity of 0 and a negative price: refused at once, with every error.',
    order: { ...one(), items: [{ productId: PLENTIFUL, quantity: 0, price: -PRICE }] },
  },
];
