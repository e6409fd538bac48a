import { RESOURCE_NAMES } from '../src/config';

export type ResourceEnvironment = Record<(typeof RESOURCE_NAMES)[number], string>;

/** The stack output that carries an environment variable: `ORDERS_TABLE` is `OrdersTable`. */
export function outputName(variable: string): string {
  return variable
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

/**
 * Turns the outputs of the stack into the environment variables of the processes.
 *
 * @throws Error that names every output that is missing
 */
export function environmentFromOutputs(outputs: Record<string, string>): ResourceEnvironment {
  const missing = RESOURCE_NAMES.filter((variable) => !outputs[outputName(variable)]);
  if (missing.length > 0) throw new Error(`The stack has no output ${missing.map(outputName).join(', ')}`);
  return Object.fromEntries(
    RESOURCE_NAMES.map((variable) => [variable, outputs[outputName(variable)]]),
  ) as ResourceEnvironment;
}

/**
 * The stack's outputs out of the file that `cdk deploy --outputs-file` writes.
 *
 * @throws Error when the text is no such file, or has other than one stack `Waybill`, whatever its prefix
 */
export function outputsOfFile(text: string): Record<string, string> {
  const stacks = parseObject(text);
  const ours = Object.entries(stacks ?? {}).filter(([name, outputs]) => name.endsWith('Waybill') && isObject(outputs));
  if (ours.length === 1) return ours[0]![1] as Record<string, string>;
  const found = stacks ? `found ${Object.keys(stacks).join(', ') || 'nothing'}` : 'found no JSON object';
  throw new Error(`expected the outputs of one stack Waybill, as cdk deploy --outputs-file writes them; ${found}`);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
