import { outputName } from '../../infra/outputs';
import { describeVariables, PROCESS_NAMES } from '../../src/config';
import { ENGINE_VARIABLES } from '../../src/config/engine-access';
import { START_VARIABLES } from './settings';

/** what the AWS SDK reads by itself; the ones that matter here */
const AWS_VARIABLES = {
  AWS_ENDPOINT_URL: 'another AWS, an emulator for instance; unset, the real one',
  'AWS_ENDPOINT_URL_*': 'the same for one service: `AWS_ENDPOINT_URL_SQS`, `…_SNS`, `…_DYNAMODB`, `…_EVENTBRIDGE`',
  AWS_ACCESS_KEY_ID: 'credentials, with the next one',
  AWS_SECRET_ACCESS_KEY: 'its secret',
  AWS_SESSION_TOKEN: 'with temporary credentials',
  AWS_PROFILE: 'a profile of `~/.aws`: credentials, and the region unless `AWS_REGION` is set',
  'AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE': 'a role by web identity, as Kubernetes service accounts get it',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'a role of the container, set by ECS and EKS',
};

/** Every variable, as Markdown. */
export const configurationReference = () => `# Configuration

<!-- made by \`npm run docs\` out of src/config.ts and its neighbours: change it there -->

Everything is said through environment variables; an empty one counts as unset. Each process looks at its own when it
starts, says everything that is missing or wrong in one message on stderr, and exits with 1.

## The processes

The resources are outputs of the stack in \`infra/\`: the last column names the output that gives the value.

${table(['Variable', 'Default', 'Meaning', 'Read by', 'Stack output'], describeVariables().map(variableRow))}

## The Temporal server

Read by all processes, by [Temporal's own rules](https://docs.temporal.io/develop/environment-configuration): what other
Temporal programs are told is understood here too.

${table(['Variable', 'Meaning'], Object.entries(ENGINE_VARIABLES).map(namedRow))}

## AWS

Read by the AWS SDK, in its [usual order](https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html);
roles of EC2 instances are found without any. A process that finds no region or no credentials says so and does not start.

${table(['Variable', 'Meaning'], Object.entries(AWS_VARIABLES).map(namedRow))}

## \`npm start\`

${table(['Variable', 'Default', 'Meaning'], Object.entries(START_VARIABLES).map(startRow))}

It hands all variables of the processes on. Two groups are meant for servers elsewhere and stay out: the \`AWS_…\` of a real
account, always, since this is a sandbox; and the \`TEMPORAL_…\`, with the profiles of your own, unless one of them names the
server.
`;

type VariableDescription = ReturnType<typeof describeVariables>[number];

function variableRow({ name, usual, isRequired, description, readBy, isResource }: VariableDescription): string[] {
  const readers = readBy.length === PROCESS_NAMES.length ? 'all' : readBy.join(', ') || '–';
  const fallback = isRequired && readBy.length > 0 ? 'required' : '–';
  const output = isResource ? code(outputName(name)) : '–';
  return [code(name), usual === undefined ? fallback : code(usual), description, readers, output];
}

const namedRow = ([names, description]: [string, string]) => [names.split(', ').map(code).join(', '), description];

const startRow = ([name, { usual, description }]: [string, (typeof START_VARIABLES)[keyof typeof START_VARIABLES]]) => [
  code(name),
  `${usual}`.includes(' ') ? `${usual}` : code(usual),
  description,
];

const code = (text: string | number) => `\`${text}\``;

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
