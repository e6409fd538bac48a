export { deadLetterWorkflow } from './dead-letter';
export { fulfillmentWorkflow, orderWorkflow } from './order';
export { latePaymentWorkflow } from './late-payment';
export { receiveStockWorkflow } from './receive-stock';
export { replenishmentWorkflow } from './replenishment';
export { redriveWorkflow } from './redrive';
