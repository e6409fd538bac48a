import { App, type IStackSynthesizer, LegacyStackSynthesizer } from 'aws-cdk-lib';
import { WaybillStack } from './waybill-stack';

const app = new App();
const context: unknown = app.node.tryGetContext('prefix');
const prefix = typeof context === 'string' ? context : '';

new WaybillStack(app, 'Waybill', {
  // an installation of its own, not another one's resources renamed
  stackName: `${prefix}Waybill`,
  // the legacy synthesizer needs no bootstrap parameter, so one template serves the cloud and the emulator
  synthesizer: new LegacyStackSynthesizer() as IStackSynthesizer,
  prefix,
});
