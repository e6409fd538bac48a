const orders = { placed: 3, open: 0, shipped: 0, delivered: 2, cancelled: 1, failed: 0, returned: 0 };
const revenue = [{ currency: 'USD', charged: 179.94, refunded: 59.98, net: 119.96 }];
const figures = { orders, successRate: 0.6667, averageStartSeconds: 0.41, revenue };
const units = { reserved: 6, released: 2, shipped: 4, restocked: 1, writtenOff: 0 };

export const customerReportExample = { customerId: 'CUST-567890', orders, revenue };

export const hoursReportExample = {
  from: '2025-07-09T00:00:00.000Z',
  to: '2025-07-09T23:00:00.000Z',
  total: figures,
  hours: [{ hour: '2025-07-09T10:00:00.000Z', ...figures }],
};

export const movementsReportExample = {
  productId: 'PROD-12345',
  from: '2025-07-01',
  to: '2025-07-31',
  total: units,
  days: [{ day: '2025-07-09', ...units }],
};
