import type { ProcessRecord } from './process-identity.cjs';

export interface Lock {
  adopt: (pid: number) => void;
  release: () => void;
}
export type LockOwner = ProcessRecord & { children: ProcessRecord[] };
export function acquireLock(
  directory: string,
  options: { onBusy: (owner: LockOwner) => void; signal?: AbortSignal },
): Promise<Lock>;
export function readOwner(directory: string): LockOwner | undefined;
