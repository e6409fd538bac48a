import { readFile } from 'node:fs/promises';
import { environmentFromOutputs, outputsOfFile } from '../infra/outputs';

/** Prints the outputs of a deployed stack as environment variables of the processes, one `NAME=value` a line. */
async function main([file]: string[]): Promise<void> {
  if (!file) throw new Error('expected the file that cdk deploy --outputs-file wrote');
  const environment = environmentFromOutputs(outputsOfFile(await readFile(file, 'utf8')));
  for (const [name, value] of Object.entries(environment)) process.stdout.write(`${name}=${value}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
