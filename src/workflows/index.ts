export { fulfillmentWorkflow, orderWorkflow } from './order';
export { receiveStockWorkflow } from './receive-stock';
export { replenishmentWorkflow } from './replenishment';
