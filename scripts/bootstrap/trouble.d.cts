export class Trouble extends Error {}
export class Interrupted extends Error {
  constructor(signal: string);
  exitCode: number;
}
export function reportFailure(error: unknown): number;
