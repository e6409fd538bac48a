import { SendEmailCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { CustomerChannel, Delivery, DeliveryOutcome } from '../../messaging/ports';
import { StepError } from '../../domain/failures';

export interface AwsNotificationsDeps {
  /** without retries of their own: a request that was not answered may have been taken */
  ses: SESv2Client;
  sns: SNSClient;
  /** the address that e-mails come from */
  sender: string;
}

/**
 * E-mail over SES, SMS and push over SNS. Neither keeps keys: a message whose answer was lost, or whose deliverer
 * crashed before it could write down that it was sent, is sent once more. The e-mail carries its key as a tag, and the
 * push as data, so that a second one can be told from the first.
 */
export function createAwsNotifications({ ses, sns, sender }: AwsNotificationsDeps): CustomerChannel {
  async function send(to: string, delivery: Delivery): Promise<unknown> {
    const { channel, key, subject, text } = delivery;
    switch (channel) {
      case 'EMAIL':
        return ses.send(emailOf({ sender, to, key, subject, text }));
      case 'SMS':
        return sns.send(new PublishCommand({ PhoneNumber: to, Message: text, MessageAttributes: TRANSACTIONAL }));
      case 'PUSH':
        return sns.send(new PublishCommand({ TargetArn: to, MessageStructure: 'json', Message: pushOf(delivery) }));
      default:
        return channel satisfies never;
    }
  }

  return {
    async deliver(delivery) {
      const { to, channel } = delivery;
      if (to === undefined) return { kind: 'NO_ADDRESS' };
      try {
        await send(to, delivery);
        return { kind: 'SENT' };
      } catch (error) {
        return refusalOf(error) ?? fail(`delivering by ${channel}`, error);
      }
    },
  };
}

const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });

const emailOf = (p: Pick<Delivery, 'key' | 'subject' | 'text'> & { sender: string; to: string }) =>
  new SendEmailCommand({
    FromEmailAddress: p.sender,
    Destination: { ToAddresses: [p.to] },
    Content: {
      Simple: {
        Subject: utf8(p.subject),
        Body: { Text: utf8(p.text) },
        Headers: [{ Name: 'X-Waybill-Key', Value: p.key }],
      },
    },
  });

/** before marketing, where a network is busy */
const TRANSACTIONAL = { 'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' } };

/** For each service that an endpoint can be of; the others are told by the default. */
function pushOf({ key, orderId, subject, text }: Delivery): string {
  const data = { key, orderId };
  const firebase = { notification: { title: subject, body: text }, data };
  const apple = { aps: { alert: { title: subject, body: text } }, ...data };
  return JSON.stringify({
    default: text,
    GCM: JSON.stringify({ fcmV1Message: { message: firebase } }),
    APNS: JSON.stringify(apple),
    APNS_SANDBOX: JSON.stringify(apple),
  });
}

/** what trying again does not change: the address is none, or its owner wants nothing */
const REFUSALS = new Set([
  'BadRequestException',
  'MessageRejected',
  'EndpointDisabledException',
  'EndpointDisabled',
  'InvalidParameterException',
  'InvalidParameter',
  'InvalidParameterValueException',
  'NotFoundException',
  'NotFound',
  'OptedOutException',
  'OptedOut',
]);

function refusalOf(error: unknown): DeliveryOutcome | undefined {
  if (!(error instanceof Error) || !REFUSALS.has(error.name)) return undefined;
  // an identity that nobody verified yet is operations' to mend, the sender's and, in SES' own sandbox, the customer's
  if (error.name === 'MessageRejected' && /not verified/i.test(error.message)) return undefined;
  // the message may name the address
  return { kind: 'REFUSED', reason: error.name };
}

function fail(what: string, error: unknown): never {
  const name = error instanceof Error ? error.name : 'no error';
  const type = name === 'TimeoutError' ? 'OUTCOME_UNKNOWN' : 'PROVIDER_UNAVAILABLE';
  // neither the message nor the cause: they may name the address
  throw new StepError(type, `${what}: ${name}`);
}
