import { environmentFromOutputs, outputName, outputsOfFile } from '../../infra/outputs';
import { RESOURCE_NAMES } from '../../src/config';

test('an output is named like its variable', () => {
  expect(outputName('ORDERS_TABLE')).toBe('OrdersTable');
  expect(outputName('ORDER_INTAKE_QUEUE_URL')).toBe('OrderIntakeQueueUrl');
});

test('outputs become the environment of the processes', () => {
  const outputs = Object.fromEntries(RESOURCE_NAMES.map((variable) => [outputName(variable), `value of ${variable}`]));
  expect(environmentFromOutputs({ ...outputs, BillingQueueUrl: 'not for them' })).toEqual(
    Object.fromEntries(RESOURCE_NAMES.map((variable) => [variable, `value of ${variable}`])),
  );
});

test('a missing output is named', () => {
  expect(() => environmentFromOutputs({})).toThrow(/no output OrdersTable, OrderEventsTable/);
});

test.each(['Waybill', 'staging-Waybill'])('the file that the CDK writes has the outputs of %s', (stack) => {
  expect(outputsOfFile(`{"${stack}":{"OrdersTable":"Orders"}}`)).toEqual({ OrdersTable: 'Orders' });
});

test.each([
  ['', 'no JSON object'],
  ['[', 'no JSON object'],
  ['{}', 'nothing'],
  ['{"Other":{}}', 'Other'],
  ['{"Waybill":null}', 'Waybill'],
  ['{"Waybill":{},"staging-Waybill":{}}', 'Waybill, staging-Waybill'],
])('a file with %j is refused, and it says what it has', (text, found) => {
  expect(() => outputsOfFile(text)).toThrow(
    `expected the outputs of one stack Waybill, as cdk deploy --outputs-file writes them; found ${found}`,
  );
});
