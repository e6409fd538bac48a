import type { TObject } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Expectation } from './kinds';

/** The environment does not say what a process needs: shown as its message alone, since no line of code is at fault. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not usable:\n  ${problems.join('\n  ')}`);
  }
}

/** @throws ConfigurationError when there are any problems */
export function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/** What is missing or wrong, a line for each variable. */
export function problemsOf(schema: TObject, values: unknown, env: NodeJS.ProcessEnv): string[] {
  const byVariable = new Map([...Value.Errors(schema, values)].map(({ path, value }) => [path.slice(1), value]));
  return [...byVariable].map(([name, value]) => {
    const { expected } = schema.properties[name] as unknown as Expectation;
    if (value === undefined) return `${name} is not set${nearMiss(name, env)}; it takes ${expected}`;
    return `${name} is ${JSON.stringify(value)}; it takes ${expected}`;
  });
}

/** a variable that may have been meant */
function nearMiss(name: string, env: NodeJS.ProcessEnv): string {
  const bare = (text: string) => text.replaceAll(/[^a-z0-9]/gi, '').toLowerCase();
  const near = Object.keys(env).find((other) => other !== name && bare(other) === bare(name));
  return near ? ` (${near} is: was that meant?)` : '';
}
