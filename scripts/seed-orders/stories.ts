import type { EventType } from '../../src/domain/events';

/** What happens to an order, each with the seconds that it usually takes after what comes before. */
export type Story = readonly (readonly [type: EventType, afterS: number])[];

const HOUR = 3600;
const DAY = 24 * HOUR;

const CHECKED = [
  ['Order Created', 0],
  ['Order Validated', 0.03],
] as const satisfies Story;

const PAID = [...CHECKED, ['Inventory Reserved', 0.05], ['Payment Completed', 0.3]] as const satisfies Story;

const SHIPPED = [
  ...PAID,
  ['Warehouse Allocated', 0.05],
  ['Shipping Label Generated', 0.2],
  ['Packing Instructed', 0.05],
  ['Shipment Created', 0.05],
  ['Customer Notified', 1],
] as const satisfies Story;

const DELIVERED = [
  ...SHIPPED,
  ['Shipment Tracked', 8 * HOUR],
  ['Shipment Delivered', 2 * DAY],
  ['Order Delivered', 0.01],
] as const satisfies Story;

/** How orders go, and how many of a hundred go so. */
export const STORIES: readonly (readonly [weight: number, story: Story])[] = [
  [66, [...DELIVERED, ['Order Closed', 30 * DAY]]],
  [6, [...SHIPPED, ['Address Changed', HOUR], ['Shipping Label Replaced', 1], ['Shipment Delivered', 3 * DAY]]],
  [4, [...SHIPPED, ['Cancellation Requested', HOUR]]],
  [
    5,
    [
      ...DELIVERED,
      ['Return Requested', 3 * DAY],
      ['Return Received', 4 * DAY],
      ['Return Inspected', HOUR],
      ['Inventory Restocked', 1],
      ['Payment Refunded', 1],
      ['Order Returned', 0.01],
      ['Order Closed', 0.01],
    ],
  ],
  [
    4,
    [
      ...CHECKED,
      ['Inventory Reserved', 0.05],
      ['Cancellation Requested', 0.1],
      ['Inventory Released', 0.1],
      ['Order Cancelled', 0.01],
      ['Order Closed', 0.01],
    ],
  ],
  [
    6,
    [
      ...CHECKED,
      ['Inventory Reserved', 0.05],
      ['Inventory Released', 3],
      ['Payment Failed', 0.01],
      ['Order Closed', 0.01],
    ],
  ],
  [3, [['Order Validation Failed', 0]]],
  [3, [...CHECKED, ['Inventory Unavailable', 0.05], ['Inventory Shortage Reported', 0.1], ['Order Closed', 0.01]]],
  [
    1,
    [
      ...PAID,
      ['Payment Refunded', 5],
      ['Inventory Released', 0.1],
      ['Order Fulfillment Failed', 0.01],
      ['Order Closed', 0.01],
    ],
  ],
  [1, [...CHECKED, ['Inventory Partially Reserved', 0.05], ['Decision Requested', 0.1]]],
  [0.6, [...CHECKED, ['Inventory Unavailable', 0.05], ['Order Backordered', 0.1]]],
  [0.4, [...PAID, ['Attention Needed', 60]]],
];
