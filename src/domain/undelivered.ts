/** The ARN of a queue, a topic, or a subscription. */
const OURS = /^arn:[\w-]+:(sqs|sns):[\w-]*:\d*:[\w-]+(\.fifo)?(:[\w-]+)?$/;

/**
 * What something was for that EventBridge, or a topic, could not hand over: the ARN of EventBridge's target, or that of
 * the subscription, which SNS puts into the address for ending it. `undefined` when it does not say.
 */
export function targetOf({
  attributes,
  body,
}: {
  attributes: Record<string, string>;
  body: string;
}): string | undefined {
  const arn = attributes['TARGET_ARN'] ?? subscriptionIn(body);
  return arn !== undefined && OURS.test(arn) ? arn : undefined;
}

function subscriptionIn(body: string): string | undefined {
  try {
    const { UnsubscribeURL: url } = JSON.parse(body) as { UnsubscribeURL?: unknown };
    return typeof url === 'string' ? (new URL(url).searchParams.get('SubscriptionArn') ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

/** The topic of a subscription; `undefined` for the ARN of anything else. */
export function topicOfSubscription(arn: string): string | undefined {
  const parts = arn.split(':');
  return parts[2] === 'sns' && parts.length === 7 ? parts.slice(0, 6).join(':') : undefined;
}
