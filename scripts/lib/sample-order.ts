/** The sample of the README; it has no orderId, so that it can be placed many times. */
export const SAMPLE_ORDER = {
  customerId: 'CUST-567890',
  items: [{ productId: 'PROD-12345', quantity: 2, price: 29.99 }],
  totalAmount: 59.98,
  currency: 'USD',
  shippingAddress: { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' },
};
