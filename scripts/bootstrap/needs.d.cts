export function namesEngine(env: NodeJS.ProcessEnv): string | undefined;
export function onPath(program: string, env?: NodeJS.ProcessEnv): string | undefined;
export function needOfTools(
  program: 'start' | 'test' | 'docs',
  env?: NodeJS.ProcessEnv,
): 'required' | 'welcome' | 'unneeded';
