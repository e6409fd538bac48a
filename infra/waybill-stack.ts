import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { defineMessaging, type Messaging } from './messaging';
import { defineRules } from './rules';
import { defineTables, type Tables } from './tables';

export interface WaybillStackProps extends StackProps {
  /** put before every physical name, so that several installations share one account; '' for none */
  prefix?: string;
}

/** Everything Waybill needs on AWS; the one definition, for the cloud and for the emulator. */
export class WaybillStack extends Stack {
  constructor(scope: Construct, id: string, { prefix = '', ...props }: WaybillStackProps = {}) {
    super(scope, id, props);
    const tables = defineTables(this, prefix);
    const messaging = defineMessaging(this, prefix);
    defineRules(this, { prefix, messaging });
    for (const [name, value] of Object.entries({ ...tableOutputs(tables), ...messagingOutputs(messaging) }))
      new CfnOutput(this, name, { value });
  }
}

function tableOutputs(tables: Tables): Record<string, string> {
  return Object.fromEntries(Object.entries(tables).map(([name, table]) => [`${name}Table`, table.tableName]));
}

function messagingOutputs({ bus, queues, topics }: Messaging): Record<string, string> {
  return {
    EventBusName: bus.eventBusName,
    OrderIntakeQueueUrl: queues.orderIntake.queueUrl,
    OrderIntakeDlqUrl: queues.orderIntakeDlq.queueUrl,
    PartialInventoryQueueUrl: queues.partialInventory.queueUrl,
    PartialInventoryDlqUrl: queues.partialInventoryDlq.queueUrl,
    ShippingQueueUrl: queues.shipping.queueUrl,
    EmailQueueUrl: queues.email.queueUrl,
    SmsQueueUrl: queues.sms.queueUrl,
    CustomerNotificationTopicArn: topics.customerNotifications.topicArn,
    InventoryAlertTopicArn: topics.inventoryAlerts.topicArn,
  };
}
