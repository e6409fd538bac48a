/** What `GET /sandbox/scenarios` answers. */
export interface Scenario {
  id: string;
  title: string;
  description: string;
  /** a body for `POST /orders` */
  order: object;
}

/** What `/sandbox/load` answers. */
export interface Load {
  state: 'IDLE' | 'RUNNING';
  ratePerSecond?: number;
  durationSeconds?: number;
  /** weights by scenario */
  mix?: Record<string, number>;
  placed?: number;
  failed?: number;
  startedAt?: string;
  endsAt?: string;
}
