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
