import type { TSchema } from '@sinclair/typebox';

/** An event that Waybill publishes, or accepts from others, as those who write or read it know it. */
export interface Contract {
  /** such as `published.order-created.v1` */
  name: string;
  direction: 'published' | 'accepted';
  source: string;
  /** detail-type on the bus */
  type: string;
  /** JSON Schema of its detail */
  schema: TSchema;
  /** a detail */
  example: object;
}
