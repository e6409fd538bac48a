import type { Path } from '../../support/paths/path';
import { createOrderBench, type OrderBench } from '../../support/order-bench';
import { PATHS } from '../../support/paths';
import { runPath } from '../../support/paths/run-path';
import { timelineOf } from '../../../src/gateway/story/timeline';

/** What a person reads of orders that were really led along their path. */
let bench: OrderBench;

beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(() => bench.teardown());

const paths = Object.values(PATHS).flat();
const named = (name: string): Path => paths.find((path) => path.name === name)!;

/** The timeline as a page shows it, without what is another one each time. */
async function told(name: string): Promise<string> {
  const { events } = await runPath(bench, named(name));
  const lines = timelineOf(events).map(({ kind, title, detail }) =>
    [kind.padEnd(8), title, detail].filter(Boolean).join(' | '),
  );
  return bookedInOrder(lines)
    .join('\n')
    .replaceAll(events[0]!.orderId, 'ORD')
    .replaceAll(/\d\d:\d\d(:\d\d)? UTC on \d+ \w+ \d{4}/g, 'TIME')
    .replaceAll(/\d+\.\d s after/g, '0.1 s after')
    .replaceAll(/(tracking number) \w+/g, '$1 TN')
    .replaceAll(/Payment pay_\w+/g, 'Payment pay_1');
}

/** Carriers are asked side by side: who answers first is another one each time. */
function bookedInOrder(lines: readonly string[]): string[] {
  const sorted: string[] = [];
  for (const line of lines) {
    const last = sorted.at(-1);
    const isOvertaken =
      last !== undefined && [last, line].every((one) => one.includes('Carrier booked')) && last > line;
    sorted.splice(sorted.length - (isOvertaken ? 1 : 0), 0, line);
  }
  return sorted;
}

const STORIES: Record<string, string> = {
  'straight through': `
step     | Placed: 2 × PROD-12345 for 59.98 USD | By customer CUST-567890, to Seoul, KR.
step     | Checked: the order is right
stock    | Everything is reserved: 2 × PROD-12345 (ICN)
money    | 59.98 USD charged | Payment pay_1.
parcel   | Warehouse ICN is chosen for parcel 1: 2 × PROD-12345
parcel   | Carrier booked for parcel 1: Peninsula Express, tracking number TN
parcel   | Parcel 1 ships from warehouse ICN: 2 × PROD-12345 | Peninsula Express, tracking number TN. Worth 59.98 USD. 0.1 s after the order was received.
parcel   | Warehouse ICN is told to pack parcel 1
message  | The customer is told that parcels are on their way
parcel   | Parcel 1 was delivered | Peninsula Express, tracking number TN.
step     | Every parcel has come to its end, and the customer has the goods
end      | Closed: nothing can come back any more
`,
  'a part is there; the customer waits for the rest, which arrives': `
step     | Placed: 1 × PROD-12345, 3 × PROD-SCARCE for 119.96 USD | By customer CUST-567890, to Seoul, KR.
step     | Checked: the order is right
stock    | A part is reserved: 1 × PROD-12345 (ICN), 1 × PROD-SCARCE (LAX) | Missing: 2 × PROD-SCARCE.
stock    | Running low: no PROD-SCARCE left
wait     | The customer is asked what to do, until TIME | There: 1 × PROD-12345, 1 × PROD-SCARCE. Missing: 2 × PROD-SCARCE. The choices: ship what is there and leave the rest out; ship what is there now and the rest when it arrives; cancel the order.
action   | The customer decides: ship what is there now and the rest when it arrives
wait     | Waiting for stock until TIME: 2 × PROD-SCARCE
money    | 59.98 USD charged | Payment pay_1.
parcel   | Warehouse ICN is chosen for parcel 1: 1 × PROD-12345
parcel   | Warehouse LAX is chosen for parcel 2: 1 × PROD-SCARCE
parcel   | Carrier booked for parcel 1: Peninsula Express, tracking number TN
parcel   | Carrier booked for parcel 2: Island Courier, tracking number TN
parcel   | Parcel 1 ships from warehouse ICN: 1 × PROD-12345 | Peninsula Express, tracking number TN. Worth 29.99 USD. 0.1 s after the order was received.
parcel   | Parcel 2 ships from warehouse LAX: 1 × PROD-SCARCE | Island Courier, tracking number TN. Worth 29.99 USD. 0.1 s after the order was received.
parcel   | Warehouse ICN is told to pack parcel 1
parcel   | Warehouse LAX is told to pack parcel 2
message  | The customer is told that parcels are on their way
stock    | What was waited for is there, and reserved: 2 × PROD-SCARCE (ICN)
money    | 59.98 USD charged | Payment pay_1.
parcel   | Warehouse ICN is chosen for parcel 3: 2 × PROD-SCARCE
parcel   | Carrier booked for parcel 3: Peninsula Express, tracking number TN
parcel   | Parcel 3 ships from warehouse ICN: 2 × PROD-SCARCE | Peninsula Express, tracking number TN. Worth 59.98 USD.
parcel   | Warehouse ICN is told to pack parcel 3
message  | The customer is told that parcels are on their way
parcel   | Parcel 1 was delivered | Peninsula Express, tracking number TN.
parcel   | Parcel 2 was delivered | Island Courier, tracking number TN.
parcel   | Parcel 3 was delivered | Peninsula Express, tracking number TN.
step     | Every parcel has come to its end, and the customer has the goods
end      | Closed: nothing can come back any more
`,
  'the payment company is out of order, and comes back': `
step     | Placed: 2 × PROD-12345 for 59.98 USD | By customer CUST-567890, to Seoul, KR.
step     | Checked: the order is right
stock    | Everything is reserved: 2 × PROD-12345 (ICN)
trouble  | The payment company is out of order: the order waits | Asked again at TIME.
money    | 59.98 USD charged | Payment pay_1. Charging the customer took 2 tries.
parcel   | Warehouse ICN is chosen for parcel 1: 2 × PROD-12345
parcel   | Carrier booked for parcel 1: Peninsula Express, tracking number TN
parcel   | Parcel 1 ships from warehouse ICN: 2 × PROD-12345 | Peninsula Express, tracking number TN. Worth 59.98 USD. 0.1 s after the order was received.
parcel   | Warehouse ICN is told to pack parcel 1
message  | The customer is told that parcels are on their way
parcel   | Parcel 1 was delivered | Peninsula Express, tracking number TN.
step     | Every parcel has come to its end, and the customer has the goods
end      | Closed: nothing can come back any more
`,
  'paid later: not in time': `
step     | Placed: 2 × PROD-12345 for 59.98 USD | By customer CUST-567890, to Seoul, KR.
step     | Checked: the order is right
stock    | Everything is reserved: 2 × PROD-12345 (ICN)
wait     | The payment company decides later about 59.98 USD: waiting until TIME | Payment pay_1.
money    | The charge is voided: nothing is taken under it any more
stock    | The reservation is given back: 2 × PROD-12345 (ICN)
end      | Ended: cancelled | The payment did not arrive in time.
`,
  'a refund is refused, and made by hand': `
step     | Placed: 2 × PROD-12345 for 59.98 USD | By customer CUST-567890, to Seoul, KR.
step     | Checked: the order is right
stock    | Everything is reserved: 2 × PROD-12345 (ICN)
money    | 59.98 USD charged | Payment pay_1.
parcel   | Warehouse ICN is chosen for parcel 1: 2 × PROD-12345
trouble  | Giving the money back does not work: somebody has to decide | The bank refuses refunds of charge 1. Why it has to be done: the label for ORD-S1: no carrier goes there. 59.98 USD is at stake.
action   | night shift decides on giving the money back: it was done by hand | Reference: bank transfer 17.
money    | 59.98 USD given back, by hand | Reference: bank transfer 17.
stock    | The reservation is given back: 2 × PROD-12345 (ICN)
end      | Ended: it could not be fulfilled | The label for ORD-S1: no carrier goes there.
`,
  'the address changes when the label is there': `
step     | Placed: 2 × PROD-12345 for 59.98 USD | By customer CUST-567890, to Seoul, KR.
step     | Checked: the order is right
stock    | Everything is reserved: 2 × PROD-12345 (ICN)
money    | 59.98 USD charged | Payment pay_1.
parcel   | Warehouse ICN is chosen for parcel 1: 2 × PROD-12345
parcel   | Carrier booked for parcel 1: Peninsula Express, tracking number TN
parcel   | Parcel 1 ships from warehouse ICN: 2 × PROD-12345 | Peninsula Express, tracking number TN. Worth 59.98 USD. 0.1 s after the order was received.
parcel   | Warehouse ICN is told to pack parcel 1
message  | The customer is told that parcels are on their way
action   | The address changed: to Busan, KR
parcel   | New label for parcel 1: Peninsula Express, tracking number TN
parcel   | A label of parcel 1 is cancelled
parcel   | Warehouse ICN is told to pack parcel 1
parcel   | Parcel 1 was delivered | Peninsula Express, tracking number TN.
step     | Every parcel has come to its end, and the customer has the goods
end      | Closed: nothing can come back any more
`,
  'cancelled when two parcels are under way: one is lost, the other comes back': `
step     | Placed: 9 × PROD-12345 for 269.91 USD | By customer CUST-567890, to Seoul, KR.
step     | Checked: the order is right
stock    | Everything is reserved: 6 × PROD-12345 (ICN), 3 × PROD-12345 (LAX)
stock    | Running low: 1 × PROD-12345 left
money    | 269.91 USD charged | Payment pay_1.
parcel   | Warehouse ICN is chosen for parcel 1: 6 × PROD-12345
parcel   | Warehouse LAX is chosen for parcel 2: 3 × PROD-12345
parcel   | Carrier booked for parcel 1: Peninsula Express, tracking number TN
parcel   | Carrier booked for parcel 2: Island Courier, tracking number TN
parcel   | Parcel 1 ships from warehouse ICN: 6 × PROD-12345 | Peninsula Express, tracking number TN. Worth 179.94 USD. 0.1 s after the order was received.
parcel   | Parcel 2 ships from warehouse LAX: 3 × PROD-12345 | Island Courier, tracking number TN. Worth 89.97 USD. 0.1 s after the order was received.
parcel   | Warehouse ICN is told to pack parcel 1
parcel   | Warehouse LAX is told to pack parcel 2
message  | The customer is told that parcels are on their way
action   | Somebody asks to cancel
action   | Return announced: 9 × PROD-12345 (ORD-R1) | Somebody asked to cancel the order.
trouble  | Parcel 2 is lost | Island Courier, tracking number TN.
money    | 89.97 USD given back | For parcel 2.
parcel   | Parcel 1 was delivered | Peninsula Express, tracking number TN.
step     | Every parcel has come to its end, and the customer has the goods
parcel   | The return arrived, and is to be inspected (ORD-R1)
action   | The return is inspected: 179.94 USD go back (ORD-R1) | 6 × PROD-12345: back into stock.
money    | 179.94 USD given back | For return ORD-R1.
stock    | Back in stock: 6 × PROD-12345 (ICN) | From return ORD-R1.
end      | Ended: everything came back
`,
  'it is not an order that can be taken': `
end      | Refused: the order is not right | /totalAmount: expected 59.98 USD, the sum of the items, got 1.
`,
};

test.each(Object.entries(STORIES))('%s', async (name, expected) => {
  expect(await told(name)).toBe(expected.trim());
});
