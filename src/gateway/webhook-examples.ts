const at = (time: string) => `2025-07-09T${time}.000Z`;

export const webhookRequestExample = {
  url: 'https://shop.example.com/waybill',
  owner: 'shop',
  events: ['Shipment Created', 'Order Delivered'],
};

export const webhookExample = {
  webhookId: 'wh_3b1f0a52c4b14e0b9a6d2f6f0f6f3a10',
  ...webhookRequestExample,
  enabled: true,
  createdAt: at('10:30:00'),
  updatedAt: at('10:30:00'),
};

export const webhookCreatedExample = { ...webhookExample, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };

export const webhookSecretExample = {
  webhookId: webhookExample.webhookId,
  secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  oldSecretUntil: '2025-07-10T10:30:00.000Z',
};

export const webhookDeliveryExample = {
  webhookId: webhookExample.webhookId,
  deliveryId: 'msg_mcvvsm2o3b1f0a52c4b14e0b9a6d2f6f',
  eventId: 'ORD-2025-001234#7',
  type: 'Shipment Created',
  orderId: 'ORD-2025-001234',
  sequence: 7,
  at: at('10:30:02'),
  state: 'PENDING' as const,
  made: 1,
  attempts: [
    { n: 1, at: at('10:30:03'), ms: 41, status: 503, error: 'answered 503', response: 'down for maintenance' },
  ],
  nextAttemptAt: at('10:30:08'),
  updatedAt: at('10:30:03'),
};
