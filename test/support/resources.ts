import { RESOURCE_NAMES } from '../../src/config';

/** A value for each resource as a stack on AWS would give it. */
export const resourcesOnAws: Record<string, string> = Object.fromEntries(
  RESOURCE_NAMES.map((name) => [name, resource(name)]),
);

function resource(name: string): string {
  if (name.endsWith('_URL')) return `https://sqs.eu-west-1.amazonaws.com/123456789012/${name}`;
  if (name === 'EVENT_ARCHIVE_ARN' || name === 'REPLAY_RULE_ARN')
    return `arn:aws:events:eu-west-1:123456789012:${name === 'EVENT_ARCHIVE_ARN' ? 'archive' : 'rule'}/${name}`;
  if (name.endsWith('_ARN')) return `arn:aws:sns:eu-west-1:123456789012:${name}`;
  return `Waybill-${name}`;
}
