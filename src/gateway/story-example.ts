const at = (second: string) => `2025-07-09T10:30:${second}Z`;
const self = '/orders/ORD-2025-001234';

/** An order whose label cannot be booked. */
export const storyExample = {
  orderId: 'ORD-2025-001234',
  status: 'PAID',
  sequence: 5,
  summary: 'Paid, and about to be shipped.',
  stuck: {
    sentence:
      'Booking the carrier fails again and again (attempt 4; the carrier answered with an error): it is tried again at ' +
      '2025-07-09 10:30:12 UTC, and the order goes on when it works.',
    kind: 'trouble',
    since: at('00.250'),
    until: at('12.000'),
  },
  map: {
    states: [
      { name: 'ProcessPayment', visits: 1, enteredAt: at('00.140'), leftAt: at('00.250'), attempts: 2 },
      { name: 'GenerateShippingLabel', visits: 1, enteredAt: at('00.250'), isCurrent: true },
    ],
    edges: [{ from: 'ProcessPayment', to: 'PaymentSuccessful?', taken: 1 }],
  },
  timeline: [
    { at: at('00.140'), sequence: 3, kind: 'stock', title: 'Everything is reserved: 2 × PROD-12345 (WH-ICN-01)' },
    {
      at: at('00.250'),
      sequence: 4,
      kind: 'money',
      title: '59.98 USD charged',
      detail: 'Payment pay_1. Charging the customer took 2 tries.',
    },
  ],
  pending: [
    {
      step: 'GenerateShippingLabel',
      attempt: 4,
      isRunning: false,
      lastError: 'the carrier answered with an error',
      nextTryAt: at('12.000'),
    },
  ],
  pendingAt: at('08.000'),
  breakers: [],
  money: { currency: 'USD', total: 59.98, charged: 59.98, refunded: 0, outstanding: 0, atStake: 59.98 },
  notifications: [
    { at: at('00.140'), key: 'notify-accepted#ORD-2025-001234', about: 'Your order ORD-2025-001234 is accepted' },
  ],
  links: {
    self,
    events: `${self}/events`,
    workflow: 'http://127.0.0.1:8233/namespaces/default/workflows/order-ORD-2025-001234',
  },
} as const;
