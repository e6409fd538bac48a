import {
  paginateListSubscriptionsByTopic,
  PublishCommand,
  type SNSClient,
  type Subscription,
} from '@aws-sdk/client-sns';
import type { Target, Targets } from '../../activities/dead-letter-ports';
import { reach } from './errors';
import { topicOfSubscription } from '../../domain/undelivered';

/**
 * What EventBridge and topics hand things to.
 *
 * @param p.topicArns those of ours
 * @param p.queueUrls those of ours, by their names
 */
export function createTargets(p: {
  sns: SNSClient;
  topicArns: readonly string[];
  queueUrls: ReadonlyMap<string, string>;
}): Targets {
  const queueOf = (arn: string): Target => {
    const [, , , , account = '', name = ''] = arn.split(':');
    const found = [...p.queueUrls].find(([, url]) => new URL(url).pathname.endsWith(`/${account}/${name}`));
    return found ? { kind: 'QUEUE', queue: found[0] } : none(`${arn} is no queue of ours`);
  };

  async function subscriberOf(arn: string, TopicArn: string): Promise<Target> {
    if (!p.topicArns.includes(TopicArn)) return none(`${TopicArn} is no topic of ours`);
    const found = await reach(`listing who subscribes to ${TopicArn}`, () => find(arn, TopicArn));
    if (!found) return none(`there is no subscription ${arn} any more`);
    if (found.Protocol === 'sqs') return queueOf(found.Endpoint ?? '');
    return none(
      `it was for a subscriber of ${TopicArn} by ${found.Protocol}, to whom nothing can be sent alone: published again it would reach all who had it`,
    );
  }

  async function find(arn: string, TopicArn: string): Promise<Subscription | undefined> {
    for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client: p.sns }, { TopicArn })) {
      const found = Subscriptions.find(({ SubscriptionArn }) => SubscriptionArn === arn);
      if (found) return found;
    }
    return undefined;
  }

  return {
    async find(arn) {
      if (arn.split(':')[2] === 'sqs') return queueOf(arn);
      const topicArn = topicOfSubscription(arn);
      if (topicArn !== undefined) return subscriberOf(arn, topicArn);
      return p.topicArns.includes(arn) ? { kind: 'TOPIC' } : none(`${arn} is no topic of ours`);
    },
    async publish({ topicArn: TopicArn, message: Message }) {
      await reach(`publishing to ${TopicArn}`, () => p.sns.send(new PublishCommand({ TopicArn, Message })));
    },
  };
}

const none = (reason: string): Target => ({ kind: 'NONE', reason });
