import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormation, type Stack } from '@aws-sdk/client-cloudformation';
import { closeGaps, withoutGaps } from './emulator-gaps';

/** no credentials: the emulator takes any, and these must never be somebody's own */
export const EMULATOR_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

const HASH_TAG = 'waybill:template';
const POLL_MS = 50;
const DEADLINE_MS = 60_000;

export interface Template {
  /** of the template itself: two stacks with the same hash are the same */
  hash: string;
  /** CloudFormation, as JSON */
  template: string;
}

/** A template with its hash, from its JSON. */
export const hashedTemplate = (template: string): Template => ({
  hash: createHash('sha256').update(template).digest('hex'),
  template,
});

export interface Deployment {
  /** the endpoint of the emulator, as a URL */
  endpoint: string;
  region: string;
  template: Template;
  stackName?: string;
}

/**
 * Creates or updates the stack on the emulator's CloudFormation; does nothing when the stack already has this template.
 *
 * @returns the outputs of the stack by name
 * @throws Error with the reason of the resource that failed
 */
export async function deployToEmulator({
  endpoint,
  region,
  template,
  stackName = 'Waybill',
}: Deployment): Promise<Record<string, string>> {
  const access = { endpoint, region, credentials: EMULATOR_CREDENTIALS };
  const aws = new CloudFormation(access);
  try {
    const stack = await createOrUpdate(aws, { endpoint, stackName, template });
    await closeGaps({ aws: access, template: template.template });
    return outputsOf(stack, endpoint);
  } finally {
    aws.destroy();
  }
}

/**
 * The outputs of the stack as it is.
 *
 * @returns undefined when there is none that can be used
 */
export async function deployedOutputs({
  endpoint,
  region,
  stackName = 'Waybill',
}: Omit<Deployment, 'template'>): Promise<Record<string, string> | undefined> {
  const aws = new CloudFormation({ endpoint, region, credentials: EMULATOR_CREDENTIALS });
  try {
    const stack = await describe(aws, stackName);
    return stack && isUsable(stack) ? outputsOf(stack, endpoint) : undefined;
  } finally {
    aws.destroy();
  }
}

async function createOrUpdate(
  aws: CloudFormation,
  { endpoint, stackName, template }: { endpoint: string; stackName: string; template: Template },
): Promise<Stack> {
  const before = await describe(aws, stackName);
  const updatable = before !== undefined && isUsable(before);
  if (updatable && carries(before, template)) return before;
  if (before && !updatable) await remove(aws, stackName);
  const input = {
    StackName: stackName,
    TemplateURL: await upload({ endpoint, name: `${stackName}.json`, template: withoutGaps(template.template) }),
    Capabilities: ['CAPABILITY_NAMED_IAM' as const],
    Tags: [{ Key: HASH_TAG, Value: template.hash }],
  };
  await (updatable ? aws.updateStack(input) : aws.createStack(input));
  return settled(aws, stackName);
}

/**
 * CloudFormation takes 51,200 bytes with the call; a larger template comes from S3, as the CDK brings it there for AWS.
 *
 * @returns the template's address
 */
async function upload(p: { endpoint: string; name: string; template: string }): Promise<string> {
  const bucket = new URL('waybill-templates', p.endpoint).href;
  const put = async (url: string, body?: string) => {
    const { ok, status } = await fetch(url, { method: 'PUT', ...(body && { body }) });
    if (!ok) throw new Error(`The emulator did not take the template: PUT ${url} was answered with ${status}`);
  };
  await put(bucket);
  await put(`${bucket}/${p.name}`, p.template);
  return `${bucket}/${p.name}`;
}

const carries = (stack: Stack, { hash }: Template) =>
  stack.Tags?.some(({ Key, Value }) => Key === HASH_TAG && Value === hash) ?? false;

/** a stack whose first creation failed cannot be updated, only removed */
const isUsable = ({ StackStatus }: Stack) =>
  StackStatus === 'CREATE_COMPLETE' || (StackStatus?.startsWith('UPDATE_') ?? false);

async function describe(aws: CloudFormation, stackName: string): Promise<Stack | undefined> {
  try {
    return (await aws.describeStacks({ StackName: stackName })).Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && error.message.includes('does not exist')) return undefined;
    throw error;
  }
}

async function remove(aws: CloudFormation, stackName: string): Promise<void> {
  await aws.deleteStack({ StackName: stackName });
  await until(async () => {
    const stack = await describe(aws, stackName);
    return !stack || stack.StackStatus === 'DELETE_COMPLETE';
  });
}

async function settled(aws: CloudFormation, stackName: string): Promise<Stack> {
  let stack: Stack | undefined;
  await until(async () => {
    stack = await describe(aws, stackName);
    return !stack?.StackStatus?.endsWith('_IN_PROGRESS');
  });
  if (stack?.StackStatus !== 'CREATE_COMPLETE' && stack?.StackStatus !== 'UPDATE_COMPLETE')
    throw new Error(`The stack ${stackName} ended as ${stack?.StackStatus}: ${await failure(aws, stackName)}`);
  return stack;
}

async function failure(aws: CloudFormation, stackName: string): Promise<string> {
  const { StackEvents = [] } = await aws.describeStackEvents({ StackName: stackName });
  const failed = StackEvents.find(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'));
  return failed ? `${failed.LogicalResourceId}: ${failed.ResourceStatusReason}` : 'no reason was given';
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error(`The stack did not settle within ${DEADLINE_MS / 1000} s`);
    await sleep(POLL_MS);
  }
}

function outputsOf({ Outputs = [] }: Stack, endpoint: string): Record<string, string> {
  return Object.fromEntries(
    Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, reachable(OutputValue, endpoint)]),
  );
}

/** a queue's URL keeps the port that the emulator had when the queue was made */
const reachable = (value: string, endpoint: string) =>
  /^https?:/.test(value) ? new URL(new URL(value).pathname, endpoint).href : value;
