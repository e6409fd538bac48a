import { DEAD_LETTER_CLASSES } from '../domain/dead-letters';
import { DEPENDENCIES } from '../domain/breaker';
import { ORDER_STATUSES } from '../domain/states';

const figures = {
  placed: 3,
  standings: { open: 1, shipped: 1, delivered: 1, cancelled: 0, failed: 0, returned: 0 },
  successRate: 1,
  averageStartSeconds: 0.41,
  revenue: [{ currency: 'USD', charged: 119.96, refunded: 0 }],
};

const waiting = {
  orderId: 'ORD-2025-001234',
  status: 'RESERVED',
  since: '2025-07-09T10:50:00.000Z',
  reason: 'Waiting for the payment company, which is out of order: tried again at 10:52:00 UTC on 9 July 2025.',
};

const stuck = {
  orderId: 'ORD-2025-001235',
  status: 'NEEDS_ATTENTION',
  since: '2025-07-09T10:31:00.000Z',
  reason: 'Somebody has to decide: refund does not work (the bank refuses it).',
};

const asked = {
  orderId: 'ORD-2025-001236',
  status: 'PENDING_DECISION',
  since: '2025-07-09T10:40:00.000Z',
  until: '2025-07-10T10:40:00.000Z',
  reason: 'A part is there: the customer decides until 10:40 UTC on 10 July 2025.',
};

export const overviewExample = {
  at: '2025-07-09T10:51:00.000Z',
  states: ORDER_STATUSES.map((status) => ({ status, orders: status === 'RESERVED' ? 1 : 0 })),
  hours: [{ hour: '2025-07-09T10:00:00.000Z', ...figures }],
  lastHour: figures,
  promise: { atRisk: 1, breached: 0, orders: [waiting] },
  attention: { orders: 1, openCases: 0, oldest: [stuck] },
  decisions: { orders: 1, oldest: [asked] },
  deadLetters: DEAD_LETTER_CLASSES.map((kind) => ({ class: kind, parked: 0, waiting: 0 })),
  breakers: DEPENDENCIES.map((dependency) => ({ dependency, state: 'CLOSED' })),
  queues: [{ queue: 'order-intake-queue', waiting: 0, inFlight: 1, dead: 0 }],
  workers: [
    { queue: 'orders', workers: 1, waiting: 3, waitingSeconds: 41 },
    { queue: 'orders-webhooks', workers: 1, waiting: 0 },
  ],
  unavailable: [],
};
