import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { HealthPorts } from './health-ports';
import { type ProcessRecord, processRecord } from '../bootstrap/process-identity.cjs';

/** What an installation writes down about itself, beside the engine's file. */
export interface State {
  /** the epochs of tables that belong to the engine's file; '' stands for tables that have none yet */
  epochs: string[];
  /** what runs, in the order of its start */
  processes: (ProcessRecord & { name: string })[];
  /** where worker and consumer say that they are well, since the last start; 0 is nowhere */
  healthPorts?: HealthPorts;
}

/** What was written down last; undefined when nothing was. */
export function readState(file: string): State | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as State;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes it down, whole or not at all. */
export function writeState(file: string, state: State): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.draft`, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(`${file}.draft`, file);
}

/** Remembers what runs, so that a later start finds it should this one be killed. */
export function rememberProcess(file: string, { name, pid }: { name: string; pid: number }): void {
  const state = readState(file) ?? { epochs: [], processes: [] };
  const others = state.processes.filter((other) => other.name !== name);
  writeState(file, { ...state, processes: [...others, { name, ...processRecord(pid) }] });
}

/** Remembers where worker and consumer of this start say that they are well. */
export function rememberHealthPorts(file: string, healthPorts: HealthPorts): void {
  writeState(file, { ...(readState(file) ?? { epochs: [], processes: [] }), healthPorts });
}
