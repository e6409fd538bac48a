/** A queue whose messages are counted. */
export interface GaugedQueue {
  /** as it is told, such as `order-intake-queue` */
  queue: string;
  /** absent where there are only dead letters */
  queueUrl?: string;
  deadLetterQueueUrl: string;
}

/** Messages of a queue by their state, about as many as there are. */
export interface MessageCounts {
  waiting: number;
  /** given to a reader, and not deleted yet */
  inFlight: number;
  /** that nobody may have yet */
  delayed: number;
}

export interface GaugedDepths {
  /** absent where there are only dead letters */
  alive?: MessageCounts;
  /** in its dead-letter queue, also those that are being taken out of it */
  dead: number;
}

/** How much is in a queue and in its dead letters: one call for each of both. */
export interface QueueGauge {
  /** @throws StepError SERVICE_UNAVAILABLE, also when only one of both answers */
  measure(queue: GaugedQueue): Promise<GaugedDepths>;
}
