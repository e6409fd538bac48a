export { deadLetterWorkflow } from './dead-letter';
export { fulfillmentWorkflow, orderWorkflow } from './order';
export { latePaymentWorkflow } from './late-payment';
export { receiveStockWorkflow } from './receive-stock';
export { replayWorkflow } from './replay';
export { replenishmentWorkflow } from './replenishment';
export { webhookDeliveryWorkflow } from './webhook-delivery';
export { redriveWorkflow } from './redrive';
