export { fulfillmentWorkflow, orderWorkflow } from './order';
