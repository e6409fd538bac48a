import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { CaseAlerts } from '../../activities/maintenance-ports';
import { ORIGIN } from '../../domain/events';
import { reach } from './errors';
import { toDecimal } from '../../domain/money';

/** Cases told to the operations-alerts topic, as JSON; money as a decimal. */
export const createCaseAlerts = (p: { sns: SNSClient; topicArn: string }): CaseAlerts => ({
  async alert({ amount, currency, ...about }) {
    const money =
      amount === undefined || currency === undefined ? {} : { amount: toDecimal(amount, currency), currency };
    const Message = JSON.stringify({ alert: 'case', ...about, ...money, origin: ORIGIN });
    await reach(`publishing to ${p.topicArn}`, () => p.sns.send(new PublishCommand({ TopicArn: p.topicArn, Message })));
  },
});
