import type { Contract } from './contract';
import { type TProperties, Type } from '@sinclair/typebox';
import { ACCEPTED } from './accepted';
import { acceptedExamples, answerExamples, publishedExamples } from './examples';
import { ANSWERS, PUBLISHED } from './published';
import { ANSWER_ENVELOPE, ENVELOPE } from './envelope';
import { DIALECT, idOf } from './dialect';
import { EVENT_SOURCES, type EventType, SCHEMA_VERSION } from '../domain/events';
import { WEBHOOK_MESSAGE } from './webhook';

interface Content {
  source: string;
  detail: TProperties;
  example: object;
  says?: string;
}

function contractOf(direction: Contract['direction'], type: string, content: Content): Contract {
  const { source, detail, example, says } = content;
  const name = `${direction}.${type.toLowerCase().replaceAll(' ', '-')}.v${SCHEMA_VERSION}`;
  const about = { $schema: DIALECT, $id: idOf(name), title: type, ...(says && { description: says }) };
  return { name, direction, source, type, example, schema: Type.Object(detail, about) };
}

const ofOrders = (Object.keys(PUBLISHED) as EventType[]).map((type) =>
  contractOf('published', type, {
    source: EVENT_SOURCES[type],
    detail: { ...ENVELOPE, ...PUBLISHED[type] },
    example: publishedExamples[type],
  }),
);

const answers = Object.entries(ANSWERS).map(([type, { detail, ...rest }]) => {
  const example = answerExamples[type as keyof typeof ANSWERS];
  return contractOf('published', type, { ...rest, detail: { ...detail, ...ANSWER_ENVELOPE }, example });
});

const fromOutside = Object.entries(ACCEPTED).map(([type, content]) =>
  contractOf('accepted', type, { ...content, example: acceptedExamples[type as keyof typeof ACCEPTED] }),
);

/** Every event, out and in. */
export const CONTRACTS: readonly Contract[] = [...ofOrders, ...answers, ...fromOutside];

/** All that others rely on: every event, and what is around those that go to webhooks. */
export const PROMISES: readonly Contract[] = [...CONTRACTS, WEBHOOK_MESSAGE];
