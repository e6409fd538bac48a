export { SAMPLE_ORDER } from '../../src/gateway/sandbox/orders';
