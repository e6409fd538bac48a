import { Type } from '@sinclair/typebox';
import { ARCHIVE_DAYS, REPLAY_DESTINATIONS, REPLAY_PREFIX, REPLAY_STATES } from '../domain/replay';
import { oneOf, Time } from './schema-parts';

const text = (description: string) => Type.Optional(Type.String({ description }));

const requestExample = {
  from: '2025-07-09T00:00:00.000Z',
  to: '2025-07-10T00:00:00.000Z',
  failedOnly: true,
  toQueue: 'sandbox',
  by: 'night shift',
};

export const ReplayRequestBody = Type.Object(
  {
    from: text(`required; the time of the first event, ISO 8601, at most ${ARCHIVE_DAYS} days ago`),
    to: text('the time of the last event, ISO 8601; absent: now'),
    failedOnly: Type.Optional(Type.Boolean({ description: 'only events of orders that failed, or that nobody knows' })),
    toQueue: text('`sandbox`: where they can be looked at; absent: the live consumers'),
    name: text(`begins with \`${REPLAY_PREFIX}\`; absent: one is made`),
    by: text('required; who asks for it'),
  },
  { $id: 'ReplayRequest', additionalProperties: false, examples: [requestExample] },
);

const count = (description: string) => Type.Integer({ minimum: 0, description });

export const Replay = Type.Object(
  {
    name: Type.String(),
    state: oneOf(REPLAY_STATES, 'CATCHING_UP: all is out of the archive, and not all of it is forwarded yet'),
    from: Time('events of this time and later'),
    to: Time('events of this time and earlier'),
    failedOnly: Type.Boolean(),
    destination: oneOf(REPLAY_DESTINATIONS),
    by: Type.String(),
    startedAt: Time('when it was asked for'),
    endedAt: Type.Optional(Time('absent while it goes on')),
    lastReplayedAt: Type.Optional(Time('of the event that the archive has come to, where it says so')),
    cancelledBy: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String({ description: 'why it failed' })),
    counts: Type.Object(
      {
        seen: count('came out of the archive'),
        selected: count('were to be forwarded'),
        forwarded: count('were forwarded'),
        skipped: count('are not of an order that failed, or came after a cancellation'),
        refused: count('can never be forwarded; they are in the dead letters of the replay queue'),
      },
      { description: 'events, each counted once' },
    ),
    links: Type.Object({ self: Type.String() }),
  },
  {
    $id: 'Replay',
    examples: [
      {
        name: `${REPLAY_PREFIX}20250710T081500Z-1f0c`,
        state: 'COMPLETED',
        from: requestExample.from,
        to: requestExample.to,
        failedOnly: true,
        destination: 'SANDBOX',
        by: 'night shift',
        startedAt: '2025-07-10T08:15:00.000Z',
        endedAt: '2025-07-10T08:19:30.000Z',
        lastReplayedAt: '2025-07-09T23:59:58.000Z',
        counts: { seen: 4120, selected: 36, forwarded: 36, skipped: 4084, refused: 0 },
        links: { self: `/replays/${REPLAY_PREFIX}20250710T081500Z-1f0c` },
      },
    ],
  },
);

export const ReplayCancellation = Type.Object(
  { by: text('required; who wants no more of it') },
  { $id: 'ReplayCancellation', additionalProperties: false, examples: [{ by: 'day shift' }] },
);

export const ReplaySandboxContent = Type.Object(
  {
    count: count('events that are there, about'),
    messages: Type.Array(
      Type.Object({
        messageId: Type.String(),
        sentAt: Time('when it was put there'),
        replayName: Type.Optional(Type.String({ description: 'the replay that put it there' })),
        body: Type.String({ description: 'the event as it came out of the archive; may name customers' }),
      }),
      { description: 'oldest first' },
    ),
  },
  {
    $id: 'ReplaySandboxContent',
    examples: [
      {
        count: 36,
        messages: [
          {
            messageId: '5f1d0c8a-2b7e-4a90-8c3d-6e1f2a4b5c6d',
            sentAt: '2025-07-10T08:16:00.000Z',
            replayName: `${REPLAY_PREFIX}20250710T081500Z-1f0c`,
            body: '{"detail-type":"Order Placed","detail":{"orderId":"ORD-1"}}',
          },
        ],
      },
    ],
  },
);

export const ReplaySandboxPurge = Type.Object(
  { count: count('events that were there, about') },
  { $id: 'ReplaySandboxPurge', examples: [{ count: 36 }] },
);

export const REPLAY_SCHEMAS = [ReplayRequestBody, Replay, ReplayCancellation, ReplaySandboxContent, ReplaySandboxPurge];
