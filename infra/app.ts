import { App, type IStackSynthesizer, LegacyStackSynthesizer } from 'aws-cdk-lib';
import { WaybillStack } from './waybill-stack';

const app = new App();
const prefix: unknown = app.node.tryGetContext('prefix');

// the legacy synthesizer needs no bootstrap parameter, so one template serves the cloud and the emulator
new WaybillStack(app, 'Waybill', {
  synthesizer: new LegacyStackSynthesizer() as IStackSynthesizer,
  prefix: typeof prefix === 'string' ? prefix : '',
});
