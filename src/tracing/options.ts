import type { Logger } from '../telemetry';

/** How a process is traced. */
export interface TracingOptions {
  /** of the process */
  name: string;
  /** where traces are sent, without `/v1/traces`; absent: nowhere */
  url?: string | undefined;
  traceContext: string;
  /** OpenTelemetry's name of it, and its ratio */
  sampler: { name: string; ratio: number };
  logger: Logger;
}
