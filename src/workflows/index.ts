export { latePaymentWorkflow } from './late-payment';
export { orderWorkflow } from './order';
