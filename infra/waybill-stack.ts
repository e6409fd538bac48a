import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { defineAlarms } from './alarms';
import { defineDashboard } from './dashboard';
import { defineMessaging, type Messaging } from './messaging';
import { defineRoles, type Roles } from './roles';
import { defineRules, replayRuleArn } from './rules';
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
    const rules = defineRules(this, { prefix, messaging });
    defineAlarms(this, { prefix, tables, messaging, rules });
    defineDashboard(this, { prefix, tables, messaging, rules });
    const roles = defineRoles(this, { tables, messaging });
    const replays = {
      EventArchiveArn: messaging.archiveArn,
      ReplayRuleArn: replayRuleArn(this, { prefix, bus: `${prefix}waybill` }),
    };
    const outputs = { ...tableOutputs(tables), ...messagingOutputs(messaging), ...replays, ...roleOutputs(roles) };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

function tableOutputs(tables: Tables): Record<string, string> {
  return renamed(tables, (name, { tableName }) => [`${name}Table`, tableName]);
}

function messagingOutputs({ bus, queues, undelivered, topics }: Messaging): Record<string, string> {
  return {
    EventBusName: bus.eventBusName,
    ...renamed(queues, (name, { queue }) => [`${name}QueueUrl`, queue.queueUrl]),
    ...renamed(queues, (name, { deadLetters }) => [`${name}DlqUrl`, deadLetters.queueUrl]),
    UndeliveredDlqUrl: undelivered.queueUrl,
    ...renamed(topics, (name, { topicArn }) => [`${name}TopicArn`, topicArn]),
  };
}

const roleOutputs = (roles: Roles) => renamed(roles, (name, { roleArn }) => [`${name}RoleArn`, roleArn]);

const renamed = <T>(resources: Record<string, T>, output: (name: string, resource: T) => [string, string]) =>
  Object.fromEntries(Object.entries(resources).map(([name, resource]) => output(name, resource)));
