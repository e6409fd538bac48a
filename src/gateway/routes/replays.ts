import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import type { Fail, ValidationError } from '../../domain/order';
import { answer, problems } from '../contract';
import {
  checkReplay,
  countsOf,
  isReplayName,
  type Replay as ReplayNow,
  REPLAY_PREFIX,
  type ReplayRequest,
} from '../../domain/replay';
import { ProblemError } from '../problem';
import { Replay, ReplayCancellation, ReplayRequestBody } from '../replay-schemas';
import { requireText } from '../../domain/validation';

const BODY_PROBLEMS = ['invalid_json', 'body_too_large', 'invalid_body', 'unsupported_media_type'] as const;
const params = Type.Object({ name: Type.String({ description: 'the name of the replay' }) });

const startSchema = {
  tags: ['replays'],
  operationId: 'startReplay',
  summary: 'Replay events of the archive',
  description:
    'Brings events of the past back to the live consumers, who do nothing twice, or into a queue where they can be looked ' +
    'at. No customer is told anything again. The same sent again under its name is the same replay.',
  body: ReplayRequestBody,
  response: {
    202: answer(Replay, 'It is under way', { Location: Type.String({ description: 'where it can be followed' }) }),
    ...problems(...BODY_PROBLEMS, 'replay_conflict', 'replay_invalid'),
  },
};

const showSchema = {
  tags: ['replays'],
  operationId: 'getReplay',
  summary: 'Show how a replay is getting on',
  description: 'What was asked for, how far it is, and what became of the events; for 400 days.',
  params,
  response: { 200: answer(Replay, 'The replay'), ...problems('replay_not_found') },
};

const cancelSchema = {
  tags: ['replays'],
  operationId: 'cancelReplay',
  summary: 'Stop a replay',
  description: 'What was forwarded stays so; what still comes out of the archive is left out.',
  params,
  body: ReplayCancellation,
  response: {
    202: answer(Replay, 'It is stopping, or was stopped'),
    ...problems(...BODY_PROBLEMS, 'replay_not_found', 'replay_over', 'replay_invalid'),
  },
};

/** `POST /replays`, `GET /replays/{name}`, `POST /replays/{name}/cancel`. */
export function replayRoutes(app: FastifyInstance, { replays }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  /** As it is written down; before it is, as it was asked for. */
  async function find(name: string): Promise<ReplayNow> {
    if (!isReplayName(name)) throw notFound(name);
    const written = await replays.read(name);
    if (written) return written;
    const request = await replays.requestOf(name);
    if (!request) throw notFound(name);
    return asStarting(request);
  }

  routes.post('/replays', { schema: startSchema }, async ({ body }, reply) => {
    const now = new Date().toISOString();
    const known = isReplayName(body.name) ? await replays.read(body.name) : undefined;
    const sent = { ...body, ...(body.to === undefined && known && { to: known.to }) };
    const limits = { now, newName: newNameAt(now), sandboxQueue: replays.sandboxQueue };
    const request = checked((fail) => checkReplay(sent, limits, fail));
    const { name } = request;
    if (known && !isSame(known, request)) throw conflict(name);
    if ((await replays.start(request)) === 'conflict') throw conflict(name);
    return reply
      .code(202)
      .header('location', selfOf(name))
      .send(present(known ?? asStarting(request)));
  });

  routes.get('/replays/:name', { schema: showSchema }, async ({ params: { name } }) => present(await find(name)));

  routes.post('/replays/:name/cancel', { schema: cancelSchema }, async ({ params: { name }, body }, reply) => {
    const { by } = checked((fail) => {
      const who = requireText(body.by, '/by', fail);
      return who === undefined ? undefined : { by: who };
    });
    const found = await find(name);
    const outcome = await replays.cancel({ name, by });
    if (outcome === 'over' && found.cancelledBy === undefined) throw over(found);
    return reply.code(202).send(present(found));
  });
}

/** @throws ProblemError replay_invalid that lists everything that is wrong */
export function checked<T>(check: (fail: Fail) => T | undefined): T {
  const errors: ValidationError[] = [];
  const value = check((pointer, code, detail) => void errors.push({ pointer, code, detail }));
  if (errors.length === 0 && value !== undefined) return value;
  const detail = errors.map((error) => `${error.pointer}: ${error.detail}`).join('; ');
  throw new ProblemError('replay_invalid', { detail, errors });
}

/** To the second, and four digits for those of one second. */
const newNameAt = (now: string): string =>
  `${REPLAY_PREFIX}${now.replaceAll(/[-:]|\.\d+/g, '')}-${randomUUID().slice(0, 4)}`;

const asStarting = (request: ReplayRequest): ReplayNow => ({
  ...request,
  state: 'STARTING',
  startedAt: new Date().toISOString(),
  counts: countsOf({}),
});

const isSame = (known: ReplayNow, request: ReplayRequest) =>
  (Object.keys(request) as (keyof ReplayRequest)[]).every((member) => known[member] === request[member]);

const selfOf = (name: string) => `/replays/${name}`;

const present = (replay: ReplayNow) => ({ ...replay, links: { self: selfOf(replay.name) } });

const notFound = (name: string) =>
  new ProblemError('replay_not_found', { detail: `there is no replay ${JSON.stringify(name)}` });

const conflict = (name: string) =>
  new ProblemError('replay_conflict', {
    detail: `${name} belongs to another replay: expected a new name, or what that one was asked for`,
    instance: selfOf(name),
  });

const over = ({ name, state }: ReplayNow) =>
  new ProblemError('replay_over', { detail: `${name} is over: ${state}`, instance: selfOf(name) });
