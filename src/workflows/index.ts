export { fulfillmentWorkflow, orderWorkflow } from './order';
export { latePaymentWorkflow } from './late-payment';
export { receiveStockWorkflow } from './receive-stock';
export { replayWorkflow } from './replay';
export { replenishmentWorkflow } from './replenishment';
export { webhookDeliveryWorkflow } from './webhook-delivery';
