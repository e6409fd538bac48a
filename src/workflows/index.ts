export { fulfillmentWorkflow, orderWorkflow } from './order';
export { latePaymentWorkflow } from './late-payment';
export { rebuildViewWorkflow } from './rebuild-view';
export { receiveStockWorkflow } from './receive-stock';
export { reconciliationWorkflow } from './reconciliation';
export { replenishmentWorkflow } from './replenishment';
