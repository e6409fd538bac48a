export interface ProcessRecord {
  pid: number;
  identity?: string | undefined;
}
export function processRecord(pid: number): ProcessRecord;
export function isRunning(record: ProcessRecord): boolean;
