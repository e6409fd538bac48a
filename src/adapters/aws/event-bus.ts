import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { EventBus } from '../../messaging/ports';
import type { OrderEvent } from '../../domain/events';
import { failSpan, type Span } from '../../tracing';
import { INDEX_SHARDS } from '../../domain/ids';
import { toBusEvent } from '../../domain/events';
import { StepError } from '../../domain/failures';
import { putAll } from './put-all';
import { beginPublishing } from './publish-spans';
import { reach } from './errors';

/** Entries of one PutEvents call. */
export const MAX_ENTRIES = 10;
/** EventBridge takes 256 KB in one call. */
const MAX_BYTES = 200_000;
/** Codes of an entry that trying again does not change. */
export const REFUSED_ENTRIES = new Set(['MalformedDetail', 'InvalidArgument']);

/** The event bus on EventBridge, and the marks on DynamoDB. */
export function createEventBus(p: {
  db: DynamoDBDocumentClient;
  events: EventBridgeClient;
  busName: string;
  eventsTable: string;
  /** an event that the bus will never take */
  onRefused?: (event: OrderEvent, reason: string) => void;
  /** what else became of events, as soon as the bus has answered */
  onHanded?: (outcome: 'published' | 'failed', count: number) => void;
}): EventBus {
  async function put(batch: Entry[]): Promise<number> {
    const command = new PutEventsCommand({ Entries: batch.map(({ entry }) => entry) });
    let results: PutEventsResultEntry[];
    try {
      ({ Entries: results = [] } = await reach('publishing events', () => p.events.send(command)));
    } catch (error) {
      if (error instanceof StepError && error.type === 'REQUEST_REFUSED') return putRefused(batch, error);
      leave(batch, error);
      throw error;
    }
    const answered = batch.map((one, i) => ({ ...one, result: results[i] ?? {} }));
    const published = answered.filter(({ result }) => result.EventId !== undefined);
    const refused = answered.filter(({ result }) => REFUSED_ENTRIES.has(result.ErrorCode ?? ''));
    // of those that it does not take now it says so without an error
    const left = answered.length - published.length - refused.length;
    for (const { span, result } of answered) {
      if (result.EventId === undefined) failSpan(span, Object.assign(new Error(), { name: String(result.ErrorCode) }));
      span.end();
    }
    if (published.length > 0) p.onHanded?.('published', published.length);
    if (left > 0) p.onHanded?.('failed', left);
    await rewrite(published.map(({ event }) => ({ ...event, unpublished: undefined })));
    for (const { event, result } of refused) await park(event, String(result.ErrorMessage));
    return published.length;
  }

  /** One entry that is refused must not hold up the others of its batch. */
  async function putRefused(batch: Entry[], error: StepError): Promise<number> {
    if (batch.length > 1) return putEach(batch.map((entry) => [entry]));
    const [{ event, span }] = batch as [Entry];
    failSpan(span, error);
    span.end();
    await park(event, error.message);
    return 0;
  }

  async function putEach(all: Entry[][]): Promise<number> {
    let published = 0;
    for (const [i, batch] of all.entries()) {
      try {
        published += await put(batch);
      } catch (error) {
        leave(all.slice(i + 1).flat(), error);
        throw error;
      }
    }
    return published;
  }

  /** To be handed over again later. */
  function leave(entries: Entry[], error: unknown): void {
    if (entries.length > 0) p.onHanded?.('failed', entries.length);
    for (const { span } of entries) {
      failSpan(span, error);
      span.end();
    }
  }

  /** Takes an event that the bus will never take out of the relay's way; it stays in the store, with the reason. */
  async function park(event: OrderEvent, reason: string): Promise<void> {
    p.onRefused?.(event, reason);
    await rewrite([{ ...event, unpublished: undefined, refused: reason }]);
  }

  /**
   * Events never change, so putting one again without its mark is all it takes; one left marked is published again. So
   * is what the table does not take in a few tries, which an answer without an error says, where it is throttled.
   */
  async function rewrite(items: object[]): Promise<void> {
    await putAll(p.db, { table: p.eventsTable, items, what: 'marking events as published' });
  }

  async function pageOf({ shard, start }: Place, { before, limit }: { before: string; limit: number }) {
    const query = new QueryCommand({
      TableName: p.eventsTable,
      IndexName: 'unpublished',
      KeyConditionExpression: 'unpublished = :shard AND #at < :before',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':shard': String(shard), ':before': before },
      Limit: limit,
      ...(start && { ExclusiveStartKey: start }),
    });
    const { Items = [], LastEvaluatedKey } = await reach('reading unpublished events', () => p.db.send(query));
    return { events: Items as OrderEvent[], next: LastEvaluatedKey && { shard, start: LastEvaluatedKey } };
  }

  return {
    async publish(events) {
      return putEach(batches(events.map((event) => entryOf(event, p.busName))));
    },
    async *unpublished(which) {
      let places: Place[] = Array.from({ length: INDEX_SHARDS }, (_, shard) => ({ shard }));
      while (places.length > 0) {
        const pages = await Promise.all(places.map((place) => pageOf(place, which)));
        const events = pages.flatMap((page) => page.events);
        if (events.length > 0) yield events;
        places = pages.flatMap(({ next }) => next ?? []);
      }
    },
  };
}

/** Where the reading of a shard goes on; `start` absent: at its beginning. */
interface Place {
  shard: number;
  start?: Record<string, unknown>;
}

interface Entry {
  /** as it is stored */
  event: OrderEvent;
  span: Span;
  entry: PutEventsRequestEntry;
  bytes: number;
}

function entryOf(event: OrderEvent, busName: string): Entry {
  const { span, event: told, traceHeader } = beginPublishing(event, { busName });
  const { source, detailType, time, detail } = toBusEvent(told);
  const Detail = JSON.stringify(detail);
  const entry = {
    EventBusName: busName,
    Source: source,
    DetailType: detailType,
    Time: new Date(time),
    Detail,
    ...(traceHeader !== undefined && { TraceHeader: traceHeader }),
  };
  return { event, span, entry, bytes: Buffer.byteLength(Detail) + source.length + detailType.length + 14 };
}

function batches(entries: Entry[]): Entry[][] {
  const all: Entry[][] = [];
  let bytes = Infinity;
  for (const entry of entries) {
    const last = all.at(-1);
    if (last && last.length < MAX_ENTRIES && bytes + entry.bytes <= MAX_BYTES) last.push(entry);
    else {
      all.push([entry]);
      bytes = 0;
    }
    bytes += entry.bytes;
  }
  return all;
}
